/**
 * Memory that pages are decoded into. New memory for every page is what costs a reader most: the system clears it, and the collector
 * brings it back late. Who is done with a page before it asks for the next gives the same memory again and again.
 */

import { REGION_BYTES, regionOf } from '../../kernels/kernels.ts'

/** What is held at a time: a small file, a page's decompressed bytes, its codes into a dictionary, its values. */
export type PageMemory = (part: 'file' | 'body' | 'codes' | 'values', bytes: number) => Uint8Array

/** A page of its own for each, which its owner may keep. */
export const ownMemory: PageMemory = (_part, bytes) => Buffer.allocUnsafeSlow(bytes)

/** More than this is given back after its page: few pages are larger than a MiB or two. */
export const KEPT_BYTES = REGION_BYTES

/**
 * The same memory for every page: what was decoded into it holds until the next one is, by whomever in this thread. A file stays
 * until the same owner reads another.
 */
export function reusedMemory(): PageMemory {
  let file: Uint8Array | undefined
  return (part, bytes) => {
    if (bytes > KEPT_BYTES) return ownMemory(part, bytes)
    if (part !== 'file') return regionOf(part, bytes)
    if (file === undefined || file.length < bytes) file = ownMemory(part, Math.min(KEPT_BYTES, Math.max(bytes, 2 * (file?.length ?? 0))))
    return file.subarray(0, bytes)
  }
}
