/** Shortens long names in the middle, because both ends distinguish them. Hover and copy give the whole name. */

/** `4a5b6c7d…e8f90a1b`. Text that is not longer than that is returned unchanged. */
export function shortenHash(hash: string, ends = 8): string {
  return hash.length <= 2 * ends + 1 ? hash : `${hash.slice(0, ends)}…${hash.slice(-ends)}`
}

/** Shortens to at most `length` characters, with slightly more from the end, because file names differ at their ends. */
export function shortenMiddle(text: string, length: number): string {
  if (text.length <= length) return text
  const start = Math.floor((length - 1) * 0.4)
  return `${text.slice(0, start)}…${text.slice(text.length - (length - 1 - start))}`
}
