/** Parquet's RLE/bit-packed hybrid and the older BIT_PACKED levels, in every style that a writer could choose. */
import { varint } from './thriftTree.ts'

/** How values become runs. `packed`: one packed run. `runs`: repeats only. `mixed`: like common writers. `pieces`: short packed runs. */
export type RunStyle = {
  readonly shape: 'packed' | 'runs' | 'mixed' | 'pieces'
  /** Empty runs between the others. */
  readonly emptyRuns?: boolean
  /** Values of the last run beyond the page's. */
  readonly beyond?: number
  /** Bytes after the last run. */
  readonly spare?: Uint8Array
  /** Minimum number of bytes for the length of a run. */
  readonly lengthBytes?: number
}

export const MIXED: RunStyle = { shape: 'mixed' }

export function bitWidthFor(max: number): number {
  return max <= 0 ? 0 : 32 - Math.clz32(max)
}

/** @param bitWidth 0 to 32 */
export function encodeRuns(values: readonly number[], bitWidth: number, style: RunStyle = MIXED): Buffer {
  const out: Uint8Array[] = []
  const repeated = (value: number, count: number): void => {
    out.push(varint(BigInt(count) << 1n, style.lengthBytes), littleEndian(value, (bitWidth + 7) >> 3))
  }
  const packed = (some: readonly number[]): void => {
    const groups = Math.ceil(some.length / 8)
    const full = [...some, ...new Array<number>(groups * 8 - some.length).fill(0)]
    out.push(varint((BigInt(groups) << 1n) | 1n, style.lengthBytes), packBits(full.map(BigInt), bitWidth))
  }
  const beyond = style.beyond ?? 0
  for (const { value, count, run } of splitRuns(values, style.shape)) {
    if (style.emptyRuns === true) repeated(0, 0)
    if (run === null) repeated(value, count)
    else packed(run)
  }
  if (beyond > 0) {
    // The last run is written again, longer. Values after those of the page are undefined.
    out.splice(0)
    if (style.shape === 'runs' && values.every(value => value === values[0])) repeated(values[0] ?? 0, values.length + beyond)
    else packed([...values, ...new Array<number>(beyond).fill(0)])
  }
  if (style.spare !== undefined) out.push(style.spare)
  return Buffer.concat(out)
}

type Run = { readonly value: number; readonly count: number; readonly run: readonly number[] | null }

function splitRuns(values: readonly number[], shape: RunStyle['shape']): Run[] {
  if (values.length === 0) return []
  if (shape === 'packed') return [{ value: 0, count: 0, run: values }]
  if (shape === 'pieces') {
    const pieces: Run[] = []
    for (let at = 0; at < values.length; at += 8) pieces.push({ value: 0, count: 0, run: values.slice(at, at + 8) })
    return pieces
  }
  const runs: Run[] = []
  for (let at = 0; at < values.length; ) {
    let end = at + 1
    while (end < values.length && values[end] === values[at]) end++
    if (shape === 'runs' || end - at >= 8 || end === values.length) runs.push({ value: values[at] ?? 0, count: end - at, run: null })
    else {
      // A packed run contains whole groups of eight, except for the last one of a page.
      end = Math.min(at + 8, values.length)
      runs.push({ value: 0, count: 0, run: values.slice(at, end) })
    }
    at = end
  }
  return runs
}

/** Packs values of `bitWidth` bits each, the lowest bit first. */
export function packBits(values: readonly bigint[], bitWidth: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((values.length * bitWidth) / 8))
  let bit = 0
  for (const value of values) {
    for (let b = 0n; b < BigInt(bitWidth); b++, bit++) {
      if ((value >> b) & 1n) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
  }
  return bytes
}

/** BIT_PACKED levels: the highest bit first, without a length. */
export function packBitsFromTop(values: readonly number[], bitWidth: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((values.length * bitWidth) / 8))
  let bit = 0
  for (const value of values) {
    for (let b = bitWidth - 1; b >= 0; b--, bit++) {
      if ((value >> b) & 1) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
    }
  }
  return bytes
}

export function littleEndian(value: number | bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let rest = BigInt.asUintN(length * 8, BigInt(value))
  for (let i = 0; i < length; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return bytes
}

/** Four bytes of length, then the bytes. */
export function withLength(bytes: Uint8Array): Buffer {
  return Buffer.concat([littleEndian(bytes.length, 4), bytes])
}
