/**
 * Kernels for millions of values, in WebAssembly: unpacking bit-packed values, and checking float16 values for infinities and NaN. Pages
 * are decoded directly into their memory (`parquet/pageMemory.ts`). Other data is copied in pieces that fit into the processor's cache. If
 * the operating system gives WebAssembly no memory, plain JavaScript computes the same results.
 */
import { remarkOnce } from '../base/remarks.ts'
import { KERNELS_WASM } from './kernelsWasm.ts'
import { type Kernels, plainKernels } from './plainKernels.ts'

/** Parts of a page that kernels process in place. */
const REGIONS = ['body', 'codes', 'values'] as const
export type Region = (typeof REGIONS)[number]

/** The largest page that is decoded in place. */
export const REGION_BYTES = 8 * 1024 * 1024
/** Vectors are read as a whole, even at the end of the data. */
const SLACK = 64

/** Memory below this address is reserved for the compiler. */
const PIECE_IN = 64 * 1024
const PIECE_BYTES = 128 * 1024
const PIECE_OUT = PIECE_IN + PIECE_BYTES + SLACK
const FIRST_REGION = PIECE_OUT + PIECE_BYTES + SLACK
const MEMORY_BYTES = FIRST_REGION + REGIONS.length * (REGION_BYTES + SLACK)
const WASM_PAGE = 64 * 1024
const WASM_PAGES = Math.ceil(MEMORY_BYTES / WASM_PAGE)

let loaded: Kernels | undefined

/** One per thread, created on first use. The operating system allocates only the memory that is used. */
function kernels(): Kernels {
  loaded ??= load()
  return loaded
}

/** With the value `plain`, plain JavaScript is always used. */
export const KERNELS_VARIABLE = 'LEWM_CACHE_KERNELS'

export function remarkPlainKernels(why: string): void {
  remarkOnce('kernels', `WebAssembly is not used (${why}). Plain JavaScript decodes the same values more slowly`)
}

function load(): Kernels {
  if (process.env[KERNELS_VARIABLE] === 'plain') return loadPlain()
  try {
    return loadWasm()
  } catch (error) {
    // WebAssembly reserves gigabytes of address space, which `ulimit -v` may refuse.
    const kernels = loadPlain()
    remarkPlainKernels(error instanceof Error ? error.message : String(error))
    return kernels
  }
}

function loadPlain(): Kernels {
  return plainKernels(new ArrayBuffer(WASM_PAGES * WASM_PAGE))
}

function loadWasm(): Kernels {
  const memory = new WebAssembly.Memory({ initial: WASM_PAGES })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNELS_WASM, 'base64')), { env: { memory } })
  return { ...(exports as Omit<Kernels, 'memory'>), memory: new Uint8Array(memory.buffer) }
}

/** Memory for a part of a page that kernels process in place. It is the same for every page of this thread. At most REGION_BYTES. */
export function regionOf(part: Region, bytes: number): Uint8Array {
  const start = FIRST_REGION + REGIONS.indexOf(part) * (REGION_BYTES + SLACK)
  return kernels().memory.subarray(start, start + bytes)
}

/** The kernels do not unpack wider values. */
export const WIDEST_PACKED = 24

/**
 * Unpacks `groups` times eight values of `bitWidth` bits (1 to WIDEST_PACKED, or to 16 for a target of 16 bits), least significant bit
 * first, from byte `from` to `out[at]`. All bytes must be present.
 * @returns the largest value
 */
export function unpackGroups(
  bytes: Uint8Array,
  from: number,
  bitWidth: number,
  groups: number,
  out: Uint16Array | Uint32Array,
  at: number
): number {
  const { memory, unpack16, unpack32 } = kernels()
  const unpack = out.BYTES_PER_ELEMENT === 2 ? unpack16 : unpack32
  const to = out.byteOffset + at * out.BYTES_PER_ELEMENT
  if (bytes.buffer === memory.buffer && out.buffer === memory.buffer) return unpack(bytes.byteOffset + from, bitWidth, groups, to)
  const groupBytes = 8 * out.BYTES_PER_ELEMENT
  const outBytes = new Uint8Array(out.buffer, to, groups * groupBytes)
  const step = PIECE_BYTES / 32
  let largest = 0
  for (let group = 0; group < groups; group += step) {
    const count = Math.min(step, groups - group)
    const start = from + group * bitWidth
    memory.set(bytes.subarray(start, start + count * bitWidth), PIECE_IN)
    largest = Math.max(largest, unpack(PIECE_IN, bitWidth, count, PIECE_OUT))
    outBytes.set(memory.subarray(PIECE_OUT, PIECE_OUT + count * groupBytes), group * groupBytes)
  }
  return largest
}

/** Whether all of these float16 values are finite. */
export function areHalvesFinite(float16s: Uint16Array): boolean {
  const { halvesFinite } = kernels()
  for (const [from, count] of pieces(float16s)) if (halvesFinite(from, count) === 0) return false
  return true
}

/**
 * Smallest and largest rank of float16 values in numeric order. 0 is the positive zero, -1 the negative one, 0x7c00 infinity. NaN ranks
 * beyond the infinities. Without values, the smallest is above the largest.
 */
export function rangeOfHalves(float16s: Uint16Array): { readonly smallest: number; readonly largest: number } {
  const { rangeOfHalves } = kernels()
  let smallest = 0x7fff
  let largest = -0x8000
  for (const [from, count] of pieces(float16s)) {
    const range = rangeOfHalves(from, count)
    smallest = Math.min(smallest, range >> 16)
    largest = Math.max(largest, (range << 16) >> 16)
  }
  return { smallest, largest }
}

/** float16 values in kernel memory: in place, or copied piece by piece. */
function* pieces(float16s: Uint16Array): Generator<readonly [from: number, count: number]> {
  const { memory } = kernels()
  if (float16s.buffer === memory.buffer) {
    yield [float16s.byteOffset, float16s.length]
    return
  }
  const bytes = new Uint8Array(float16s.buffer, float16s.byteOffset, float16s.byteLength)
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_BYTES)
    memory.set(piece, PIECE_IN)
    yield [PIECE_IN, piece.length / 2]
  }
}

/**
 * Rounds floats to float16 bits, ties to even, from `out[at]` on. Every NaN becomes 0x7e00 with its sign.
 * @returns number of finite values that became infinities
 */
export function roundToHalves(floats: Float32Array, out: Uint16Array, at: number): number {
  const { memory, roundToHalves } = kernels()
  const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)
  const outBytes = new Uint8Array(out.buffer, out.byteOffset + 2 * at, 2 * floats.length)
  let overflowed = 0
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_BYTES)
    memory.set(piece, PIECE_IN)
    overflowed += roundToHalves(PIECE_IN, piece.length / 4, PIECE_OUT)
    outBytes.set(memory.subarray(PIECE_OUT, PIECE_OUT + piece.length / 2), start / 2)
  }
  return overflowed
}
