/** A float16 matrix in NumPy's .npy format 1.0: rows × dimensions, C order, little-endian. */
import type { Embedding } from '../../../shared/model/record.ts'
import { toFloat16 } from '../../core/index.ts'

/** NumPy aligns the data to this. */
const ALIGNMENT = 64
const PREAMBLE_BYTES = 10

/** @param rows each with `values` numbers; rounded to float16, ties to even */
export function npyFloat16(rows: readonly Embedding[], values: number): Uint8Array {
  const head = header(rows.length, values)
  const bytes = new Uint8Array(head.length + rows.length * values * 2)
  bytes.set(head)
  const view = new DataView(bytes.buffer, head.length)
  for (const [row, embedding] of rows.entries()) {
    for (let at = 0; at < values; at += 1) view.setUint16((row * values + at) * 2, toFloat16(embedding[at] ?? Number.NaN), true)
  }
  return bytes
}

function header(rows: number, values: number): Uint8Array {
  const dictionary = `{'descr': '<f2', 'fortran_order': False, 'shape': (${rows}, ${values}), }`
  const length = Math.ceil((PREAMBLE_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT
  const text = `${dictionary.padEnd(length - PREAMBLE_BYTES - 1)}\n`
  const preamble = Buffer.from([0x93, ...Buffer.from('NUMPY', 'ascii'), 1, 0, 0, 0])
  preamble.writeUInt16LE(text.length, 8)
  return Buffer.concat([preamble, Buffer.from(text, 'latin1')])
}
