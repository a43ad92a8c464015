/**
 * Memory that pages are decoded into. New memory for every page is what costs a reader most: the system clears it, and the collector
 * brings it back late. Who is done with a page before it asks for the next gives the same memory again and again.
 */

/** What is held at a time: a small file, a page's decompressed bytes, its codes into a dictionary, its values. */
export type PageMemory = (part: 'file' | 'body' | 'codes' | 'values', bytes: number) => Uint8Array

/** A page of its own for each, which its owner may keep. */
export const ownMemory: PageMemory = (_part, bytes) => Buffer.allocUnsafeSlow(bytes)

/** More than this is given back after its page: few pages are larger than a MiB or two. */
export const KEPT_BYTES = 8 * 1024 * 1024

/** The same memory for every page: what was decoded into it holds until the next one. */
export function reusedMemory(): PageMemory {
  const parts: Record<string, Uint8Array> = {}
  return (part, bytes) => {
    if (bytes > KEPT_BYTES) return ownMemory(part, bytes)
    let memory = parts[part]
    if (memory === undefined || memory.length < bytes) {
      memory = ownMemory(part, Math.min(KEPT_BYTES, Math.max(bytes, 2 * (memory?.length ?? 0))))
      parts[part] = memory
    }
    return memory.subarray(0, bytes)
  }
}
