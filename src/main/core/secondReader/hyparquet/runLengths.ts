/**
 * The declared lengths of the runs in a hybrid stream. Other readers stop at the end of their page, but hyparquet writes every value of a
 * run.
 */

/**
 * @param bytes a stream that `decodeHybrid` has accepted
 * @returns the longest run of one value, in values
 */
export function longestRun(bytes: Uint8Array, bitWidth: number): number {
  let longest = 0
  let at = 0
  while (at < bytes.length) {
    let head = 0
    for (let scale = 1, more = true; more; scale *= 128) {
      const byte = bytes[at++] ?? 0
      head += (byte & 0x7f) * scale
      more = byte >= 128 && at < bytes.length
    }
    const length = Math.floor(head / 2)
    if (head % 2 === 1) at += length * bitWidth
    else {
      longest = Math.max(longest, length)
      at += (bitWidth + 7) >> 3
    }
  }
  return longest
}
