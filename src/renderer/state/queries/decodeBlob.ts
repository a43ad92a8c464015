/** Numbers out of the bytes that the service sends: little-endian, and so is every machine that runs this window. */

/** @throws RangeError when the bytes are no whole number of doubles */
export async function float64Of(blob: Blob): Promise<Float64Array> {
  return new Float64Array(await blob.arrayBuffer())
}

/** @throws RangeError when the bytes are no whole number of floats */
export async function float32Of(blob: Blob): Promise<Float32Array> {
  return new Float32Array(await blob.arrayBuffer())
}
