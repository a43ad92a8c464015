/** The columns of a row group as the rest of the program takes them, however the file stores them. */
import type { KeyField } from '../../../../shared/model/keySpec.ts'
import type { WindowKey } from '../../../../shared/model/record.ts'
import type { Layout } from '../../layouts/layout.ts'

type Presence = {
  /** 1 where the row has a value; null when all have. */
  readonly present: Uint8Array | null
}
export type IntegerColumn = Presence & { readonly kind: 'integers'; readonly values: Int32Array | BigInt64Array }
export type TextColumn = Presence & { readonly kind: 'texts'; readonly codes: Uint32Array; readonly texts: readonly string[] }
/** `width` bytes a row; rows of another width (in a column of any length) have zeros, and their row is in `misfits`. */
export type DigestColumn = Presence & {
  readonly kind: 'digests'
  readonly width: number
  readonly bytes: Uint8Array
  readonly misfits: readonly number[]
}
export type BooleanColumn = Presence & { readonly kind: 'booleans'; readonly values: Uint8Array }
export type FlatColumn = IntegerColumn | TextColumn | DigestColumn | BooleanColumn

/** A column of a value of this type. */
type ColumnOf<T> = T extends number ? IntegerColumn : T extends string ? TextColumn : DigestColumn

/** The columns of a key. Those that the layout does not have are absent. */
export type KeyParts = { readonly [F in KeyField]: ColumnOf<NonNullable<WindowKey[F]>> }

/** The key of each row of a row group, as columns. */
export type KeyColumns = KeyParts & { readonly rows: number; readonly layout: Layout }

/** Everything of a row group but its embeddings. */
export type RowColumns = KeyColumns & {
  readonly chrom: TextColumn
  readonly startBp: IntegerColumn
  readonly endBp: IntegerColumn
  readonly untargeted: BooleanColumn
  readonly createdAt: IntegerColumn
  readonly schemaVersion: TextColumn
}

/** Rows of a column. */
export function lengthOf(column: FlatColumn): number {
  switch (column.kind) {
    case 'texts':
      return column.codes.length
    case 'digests':
      return column.bytes.length / column.width
    default:
      return column.values.length
  }
}
