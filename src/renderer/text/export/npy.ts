/** A vector as NumPy's .npy, format 1.0: float16 if that is exact, else float64. Little-endian, one dimension. */

/** NumPy aligns the data to this. */
const ALIGNMENT = 64
const PREAMBLE_BYTES = 10
const MAGIC = '\x93NUMPY\x01\x00'

/** @param values any doubles. NaN stays NaN, without its payload */
export function npyOf(values: Float64Array): Uint8Array<ArrayBuffer> {
  const bits16 = float16BitsOf(values)
  const head = header(bits16 === null ? '<f8' : '<f2', values.length)
  const width = bits16 === null ? 8 : 2
  const bytes = new Uint8Array(head.length + values.length * width)
  bytes.set(head)
  const view = new DataView(bytes.buffer, head.length)
  for (let i = 0; i < values.length; i++) {
    if (bits16 === null) view.setFloat64(i * width, values[i] ?? Number.NaN, true)
    else view.setUint16(i * width, bits16[i] ?? 0, true)
  }
  return bytes
}

function header(descr: '<f2' | '<f8', length: number): Uint8Array {
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${length},), }`
  const total = Math.ceil((PREAMBLE_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT
  const text = `${dictionary.padEnd(total - PREAMBLE_BYTES - 1)}\n`
  const size = String.fromCharCode(text.length & 0xff, text.length >> 8)
  return Uint8Array.from(`${MAGIC}${size}${text}`, letter => letter.charCodeAt(0))
}

/** The vector as float16 bits. Null if one of its values is not exactly a float16. */
function float16BitsOf(values: Float64Array): Uint16Array | null {
  const bits16 = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const bits = float16Bits(values[i] ?? Number.NaN)
    if (bits === null) return null
    bits16[i] = bits
  }
  return bits16
}

const scratch = new DataView(new ArrayBuffer(8))

/** A double as float16 bits. Null if it is not exactly representable. */
export function float16Bits(value: number): number | null {
  if (Number.isNaN(value)) return 0x7e00
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size === 0) return sign
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00
  if (size > 65_504) return null
  scratch.setFloat64(0, size)
  const exponent = Math.max(-14, (scratch.getUint16(0) >> 4) - 1023)
  // Eleven bits of significand, including the leading one, which is absent below 2^-14. Then the sum has exponent 0, as required.
  const significand = size * 2 ** (10 - exponent)
  return Number.isInteger(significand) ? sign | (((exponent + 14) << 10) + significand) : null
}
