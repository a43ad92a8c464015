/**
 * The `ARROW:schema` entry of a footer: pyarrow refuses a file whose entry it cannot decode, so a damaged one is damage, even
 * where the columns are whole. Checked: base64, the message's frame, and that it names the footer's columns.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
import { throwIfRefused } from '../systemError.ts'
import type { ShardFooter } from './footer.ts'
import { ShardFault } from './shardFault.ts'

const KEY = 'ARROW:schema'
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * @throws ShardFault `bad_footer` when the entry is there and cannot be what Arrow wrote
 */
export function checkArrowSchema(footer: ShardFooter): void {
  const entry = footer.keyValues.find(({ key }) => key === KEY)
  if (entry === undefined) return
  const fault = (why: string): ShardFault =>
    new ShardFault('bad_footer', `the ${KEY} entry of the footer is damaged (${why}): pyarrow refuses the whole file`, {
      details: { key: KEY }
    })
  const text = entry.value === null ? '' : Buffer.from(entry.value).toString('latin1')
  if (text === '' || !BASE64.test(text)) throw fault('not base64')
  let names: string[]
  try {
    names = fieldNames(Buffer.from(text, 'base64'))
  } catch (error) {
    throwIfRefused(error)
    if (error instanceof RangeError) throw fault('its structure does not hold together')
    throw error
  }
  const columns = [...new Set(footer.leaves.map(leaf => leaf.name))]
  if (names.length !== columns.length || names.some((name, i) => name !== columns[i])) {
    throw fault('it names other columns than the schema')
  }
}

/** Walks the flatbuffer Message → Schema → fields → name; every read outside the bytes is a RangeError by Buffer itself. */
function fieldNames(bytes: Buffer): string[] {
  const framed = bytes.readUInt32LE(0) === 0xffffffff
  const start = framed ? 8 : 4
  if (bytes.readUInt32LE(start - 4) > bytes.length - start) throw new RangeError('frame')
  const flat = bytes.subarray(start)
  const follow = (at: number): number => at + flat.readUInt32LE(at)
  const field = (table: number, index: number): number | null => {
    const vtable = table - flat.readInt32LE(table)
    const size = flat.readUInt16LE(vtable)
    const offset = 4 + 2 * index < size ? flat.readUInt16LE(vtable + 4 + 2 * index) : 0
    return offset === 0 ? null : table + offset
  }
  const need = (at: number | null): number => {
    if (at === null) throw new RangeError('missing field')
    return at
  }
  const message = follow(0)
  const SCHEMA = 1
  if (flat.readUInt8(need(field(message, 1))) !== SCHEMA) throw new RangeError('not a schema')
  const fields = follow(need(field(follow(need(field(message, 2))), 1)))
  const count = flat.readUInt32LE(fields)
  if (count * 4 > flat.length) throw new RangeError('field count')
  return Array.from({ length: count }, (_, i) => {
    const name = follow(need(field(follow(fields + 4 + 4 * i), 0)))
    const length = flat.readUInt32LE(name)
    if (length > flat.length - name - 4) throw new RangeError('name')
    return flat.toString('utf8', name + 4, name + 4 + length)
  })
}
