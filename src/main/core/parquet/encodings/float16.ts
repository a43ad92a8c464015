/** IEEE 754 binary16. A table maps bits to numbers. Numbers are rounded to bits once, ties to even. */
import { roundToHalves } from '../../kernels/kernels.ts'

let table: Float32Array | undefined

function buildTable(): Float32Array {
  const bits = new Uint32Array(65_536)
  for (let half = 0; half < 65_536; half++) {
    const sign = (half & 0x8000) << 16
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) bits[half] = sign | 0x7f800000 | (fraction << 13)
    else if (exponent > 0) bits[half] = sign | ((exponent + 112) << 23) | (fraction << 13)
    else if (fraction === 0) bits[half] = sign
    else {
      // A subnormal float16 is a normal float. Shift its leading one into place.
      const shift = Math.clz32(fraction) - 21
      bits[half] = sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)
    }
  }
  return new Float32Array(bits.buffer)
}

/** All 65,536 float16 values as floats, indexed by their bits. Exact. */
export function float16Table(): Float32Array {
  table ??= buildTable()
  return table
}

/** Float16 bits as floats. Exact. */
export function fromFloat16(float16s: Uint16Array): Float32Array {
  const floats = float16Table()
  const out = new Float32Array(float16s.length)
  const bits = new Uint32Array(out.buffer)
  const source = new Uint32Array(floats.buffer)
  // Copied as bits, so a NaN keeps its payload.
  for (let i = 0; i < float16s.length; i++) bits[i] = source[float16s[i] ?? 0] ?? 0
  return out
}

const scratch = new Float64Array(1)
const words = new Uint32Array(scratch.buffer)

/**
 * Rounds a double directly to float16 bits, ties to even. A detour through float32 would round some values twice. Finite values from 65,520
 * on become infinities. Every NaN becomes 0x7e00 with its sign.
 */
export function toFloat16(value: number): number {
  scratch[0] = value
  const high = words[1] ?? 0
  const low = words[0] ?? 0
  const sign = (high >>> 16) & 0x8000
  const exponent = ((high >>> 20) & 0x7ff) - 1023
  if (exponent === 1024) return Number.isNaN(value) ? sign | 0x7e00 : sign | 0x7c00
  if (exponent > 15) return sign | 0x7c00
  if (exponent < -25) return sign
  // A normal float16 has 11 bits of significand, a subnormal one fewer. The remaining bits decide the rounding.
  const significand = (high & 0xfffff) | 0x100000
  const drop = exponent >= -14 ? 10 : -exponent - 4
  const kept = significand >>> drop
  const rest = significand & ((1 << drop) - 1)
  const half = 1 << (drop - 1)
  const up = rest > half || (rest === half && (low !== 0 || (kept & 1) === 1)) ? 1 : 0
  // The addition lets a carry flow into the exponent, up to infinity.
  return exponent >= -14 ? sign | (((exponent + 14) << 10) + kept + up) : sign | (kept + up)
}

/**
 * Rounds numbers to float16 bits like `toFloat16`, writing from `out[at]` on. Floats are converted in bulk.
 * @returns number of finite values that became infinities
 */
export function roundToFloat16(values: ArrayLike<number>, out: Uint16Array, at: number): number {
  if (values instanceof Float32Array) return roundToHalves(values, out, at)
  let overflowed = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    const half = toFloat16(value)
    if ((half & 0x7fff) === 0x7c00 && Number.isFinite(value)) overflowed++
    out[at + i] = half
  }
  return overflowed
}
