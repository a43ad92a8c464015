/** Decodes numbers from the bytes that the service sends. They are little-endian, like every machine that runs this window. */

/** @throws RangeError if the length is not a multiple of 8 */
export async function float64Of(blob: Blob): Promise<Float64Array> {
  return new Float64Array(await blob.arrayBuffer())
}

/** @throws RangeError if the length is not a multiple of 4 */
export async function float32Of(blob: Blob): Promise<Float32Array> {
  return new Float32Array(await blob.arrayBuffer())
}
