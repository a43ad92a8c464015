/**
 * Memory that pages are decoded into. New memory for every page is the greatest cost of a reader, because the operating system clears it
 * and the garbage collector frees it late. A caller that is done with a page before it requests the next one reuses the same memory.
 */

import { REGION_BYTES, regionOf } from '../../kernels/kernels.ts'

/** The buffers in use at one time: a small file, a page's decompressed bytes, its dictionary codes, its values. */
export type PageMemory = (part: 'file' | 'body' | 'codes' | 'values', bytes: number) => Uint8Array

/** New memory for each page, which the caller may keep. */
export const ownMemory: PageMemory = (_part, bytes) => Buffer.allocUnsafeSlow(bytes)

/** Larger buffers are freed after their page. Few pages are larger than a MiB or two. */
export const KEPT_BYTES = REGION_BYTES

/**
 * The same memory for every page. Its contents are valid until the next page is decoded by any caller in this thread. A file stays until
 * the same owner reads another.
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
