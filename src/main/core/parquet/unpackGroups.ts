/**
 * Bit-packed values, eight at a time: eight values of w bits are w bytes. The code for each width is written out, without a loop or a
 * variable shift in it, and compiled when the first page needs it; a width's code for 8-, 16- and 32-bit targets is apart, so that each
 * stays of one type.
 */

export type Target = Uint8Array | Uint16Array | Uint32Array

/** Unpacks `groups` times eight values from byte `from` to `out[at]` on; returns the largest. All bytes are there. */
type GroupUnpacker = (bytes: Uint8Array, from: number, groups: number, out: Target, at: number) => number

/** Wider values than any dictionary of a shard needs are unpacked bit by bit. */
export const WIDEST_UNROLLED = 24

const compiled = new Map<number, GroupUnpacker>()

/** The code for values of `bitWidth` bits (1 to WIDEST_UNROLLED). */
export function groupUnpacker(bitWidth: number, out: Target): GroupUnpacker {
  const id = bitWidth * 8 + out.BYTES_PER_ELEMENT
  let unpack = compiled.get(id)
  if (unpack === undefined) {
    unpack = new Function('bytes', 'from', 'groups', 'out', 'at', sourceOf(bitWidth)) as GroupUnpacker
    compiled.set(id, unpack)
  }
  return unpack
}

function sourceOf(bitWidth: number): string {
  const load = Array.from({ length: bitWidth }, (_, i) => `const b${i} = bytes[from + ${i}]`)
  const store = Array.from({ length: 8 }, (_, i) => `v = ${packedValue(i, bitWidth)}; out[at + ${i}] = v; if (v > largest) largest = v`)
  return `
    let largest = 0, v = 0
    for (const end = at + groups * 8; at < end; at += 8, from += ${bitWidth}) {
      ${[...load, ...store].join('\n      ')}
    }
    return largest`
}

/** The `i`-th of eight values, put together from the bytes that it lies in. */
function packedValue(i: number, bitWidth: number): string {
  const first = (i * bitWidth) >> 3
  const last = ((i + 1) * bitWidth - 1) >> 3
  const shift = (i * bitWidth) & 7
  const parts = [`(b${first} >>> ${shift})`]
  for (let byte = first + 1; byte <= last; byte++) parts.push(`(b${byte} << ${8 * (byte - first) - shift})`)
  return `(${parts.join(' | ')}) & ${2 ** bitWidth - 1}`
}
