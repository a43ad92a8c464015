/** Long names shortened in the middle: both ends tell them apart, the whole one is for hover and copy. */

/** `4a5b6c7d…e8f90a1b`; text that is not longer than that stays whole. */
export function shortenHash(hash: string, ends = 8): string {
  return hash.length <= 2 * ends + 1 ? hash : `${hash.slice(0, ends)}…${hash.slice(-ends)}`
}

/** Shortens to at most `length` characters, the end a little longer than the start: file names differ at their ends. */
export function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text
  const start = Math.floor((length - 1) * 0.4)
  return `${text.slice(0, start)}…${text.slice(text.length - (length - 1 - start))}`
}
