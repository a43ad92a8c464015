/** The kernels without WebAssembly, value by value, for a system that gives WebAssembly no memory. Same results, but slower. */

/** Pointers are byte offsets into `memory`. Counts are numbers of values, groups have eight values each. */
export type Kernels = {
  readonly memory: Uint8Array
  unpack16(from: number, bitWidth: number, groups: number, to: number): number
  unpack32(from: number, bitWidth: number, groups: number, to: number): number
  halvesFinite(from: number, count: number): number
  roundToHalves(from: number, count: number, to: number): number
  rangeOfHalves(from: number, count: number): number
}

/** The smallest float that rounds to a normal float16 (2^-14), and the first beyond the float16 range (65,520), as bits. */
const SMALLEST_NORMAL = 0x38800000
const TOO_LARGE = 0x477ff000
const FLOAT_INFINITY = 0x7f800000
/** The difference between the exponent biases, and the rounding term: half of the dropped part, minus one for an even neighbour. */
const TO_HALF = 0xfff - 0x38000000

/** @param buffer memory that pointers refer to. Its length is a multiple of 4 */
export function plainKernels(buffer: ArrayBuffer): Kernels {
  const memory = new Uint8Array(buffer)
  const float16s = new Uint16Array(buffer)
  const words = new Uint32Array(buffer)
  const unpackInto = (out: Uint16Array | Uint32Array, from: number, bitWidth: number, count: number, at: number): number => {
    const mask = 2 ** bitWidth - 1
    let largest = 0
    for (let i = 0, bit = 8 * from; i < count; i++, bit += bitWidth) {
      const byte = bit >>> 3
      const four = (memory[byte] ?? 0) | ((memory[byte + 1] ?? 0) << 8) | ((memory[byte + 2] ?? 0) << 16) | ((memory[byte + 3] ?? 0) << 24)
      const value = (four >>> (bit & 7)) & mask
      out[at + i] = value
      if (value > largest) largest = value
    }
    return largest
  }
  return {
    memory,
    unpack16: (from, bitWidth, groups, to) => unpackInto(float16s, from, bitWidth, 8 * groups, to / 2),
    unpack32: (from, bitWidth, groups, to) => unpackInto(words, from, bitWidth, 8 * groups, to / 4),
    halvesFinite: (from, count) => {
      for (let i = 0, at = from / 2; i < count; i++) if (((float16s[at + i] ?? 0) & 0x7c00) === 0x7c00) return 0
      return 1
    },
    roundToHalves: (from, count, to) => {
      let overflowed = 0
      for (let i = 0; i < count; i++) {
        const bits = words[from / 4 + i] ?? 0
        const magnitude = bits & 0x7fffffff
        if (magnitude >= TOO_LARGE && magnitude < FLOAT_INFINITY) overflowed++
        float16s[to / 2 + i] = ((bits >>> 16) & 0x8000) | halfOf(magnitude)
      }
      return overflowed
    },
    rangeOfHalves: (from, count) => {
      let smallest = 0x7fff
      let largest = -0x8000
      for (let i = 0, at = from / 2; i < count; i++) {
        const half = float16s[at + i] ?? 0
        const place = half < 0x8000 ? half : ~(half & 0x7fff)
        if (place < smallest) smallest = place
        if (place > largest) largest = place
      }
      return (smallest << 16) | (largest & 0xffff)
    }
  }
}

const scratch = new Uint32Array(1)
const scratchFloat = new Float32Array(scratch.buffer)

/** The nearest float16 to a float without its sign, ties to even. */
function halfOf(magnitude: number): number {
  if (magnitude > FLOAT_INFINITY) return 0x7e00
  if (magnitude >= TOO_LARGE) return 0x7c00
  if (magnitude >= SMALLEST_NORMAL) return (magnitude + TO_HALF + ((magnitude >>> 13) & 1)) >>> 13
  scratch[0] = magnitude
  // In units of the smallest float16.
  const units = (scratchFloat[0] ?? 0) * 2 ** 24
  const below = Math.floor(units)
  const rest = units - below
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0)
}
