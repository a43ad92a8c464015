/** Copies a column from one valid Parquet file to another with the same rows. */
import { readThriftTree } from '../maker/readThriftTree.ts'
import { fieldOf, i32, i64, list, numberOf, setField, structOf, structsOf, type TStruct, WIRE, writeThrift } from '../maker/thriftTree.ts'

function footerOf(bytes: Buffer): { start: number; tree: TStruct } {
  const end = bytes.length - 8
  const start = end - bytes.readUInt32LE(end)
  return { start, tree: readThriftTree(bytes.subarray(0, end), start).tree }
}

/**
 * Adds the embeddings of a geno_lewm shard to a file without any.
 * @returns null if their row groups have different sizes
 */
export function graftEmbeddings(bytes: Buffer, shard: Buffer): Buffer | null {
  const [into, from] = [footerOf(bytes), footerOf(shard)]
  const [groups, source] = [structsOf(into.tree, 4), structsOf(from.tree, 4)]
  const [group, other] = [groups[0], source[0]]
  if (groups.length !== 1 || group === undefined || other === undefined || numberOf(group, 3) !== numberOf(other, 3)) return null
  const chunk = structsOf(other, 1).find(column => {
    const path = fieldOf(structOf(column, 3) ?? column, 3)
    return path?.t === 'list' && path.v.length === 3
  })
  const meta = structOf(chunk, 3)
  if (chunk === undefined || meta === undefined) return null
  const [data, dictionary, size] = [numberOf(meta, 9) ?? 0, numberOf(meta, 11) ?? 0, numberOf(meta, 7) ?? 0]
  const start = dictionary > 0 ? Math.min(data, dictionary) : data
  const shift = into.start - start
  for (const id of [9, 11]) {
    const value = numberOf(meta, id)
    if (value !== undefined) setField(meta, id, i64(value + shift))
  }
  const elements = structsOf(from.tree, 2)
  const at = elements.findIndex(element => fieldOf(element, 5) !== undefined && element !== elements[0])
  const root = structsOf(into.tree, 2)[0]
  if (root === undefined) return null
  setField(root, 5, i32((numberOf(root, 5) ?? 0) + 1))
  setField(into.tree, 2, list([...structsOf(into.tree, 2), ...elements.slice(at, at + 3)], WIRE.STRUCT))
  setField(group, 1, list([...structsOf(group, 1), chunk], WIRE.STRUCT))
  setField(into.tree, 7, undefined)
  const footer = writeThrift(into.tree)
  const tail = Buffer.alloc(8, 'PAR1PAR1')
  tail.writeUInt32LE(footer.length)
  return Buffer.concat([bytes.subarray(0, into.start), shard.subarray(start, start + size), footer, tail])
}
