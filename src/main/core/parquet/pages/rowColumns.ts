/** The columns of a row group for the rest of the program, independent of the form in the file. */
import type { KeyField } from '../../../../shared/model/keySpec.ts'
import type { WindowKey } from '../../../../shared/model/record.ts'
import type { Layout } from '../../layouts/layout.ts'

type Presence = {
  /** 1 if the row has a value. Null if all have. */
  readonly present: Uint8Array | null
}
export type IntegerColumn = Presence & { readonly kind: 'integers'; readonly values: Int32Array | BigInt64Array }
export type TextColumn = Presence & { readonly kind: 'texts'; readonly codes: Uint32Array; readonly texts: readonly string[] }
/** `width` bytes per row. Rows of another width (in a variable-length column) contain zeros, and are listed in `misfits`. */
export type DigestColumn = Presence & {
  readonly kind: 'digests'
  readonly width: number
  readonly bytes: Uint8Array
  readonly misfits: readonly number[]
}
export type BooleanColumn = Presence & { readonly kind: 'booleans'; readonly values: Uint8Array }
export type FlatColumn = IntegerColumn | TextColumn | DigestColumn | BooleanColumn

/** The column for a value of this type. */
type ColumnOf<T> = T extends number ? IntegerColumn : T extends string ? TextColumn : DigestColumn

/** The columns of a key. Columns that the layout does not have are absent. */
export type KeyParts = { readonly [F in KeyField]: ColumnOf<NonNullable<WindowKey[F]>> }

/** The key of each row of a row group, as columns. */
export type KeyColumns = KeyParts & { readonly rows: number; readonly layout: Layout }

/** All columns of a row group except its embeddings. */
export type RowColumns = KeyColumns & {
  readonly chrom: TextColumn
  readonly startBp: IntegerColumn
  readonly endBp: IntegerColumn
  readonly untargeted: BooleanColumn
  readonly createdAt: IntegerColumn
  readonly schemaVersion: TextColumn
}

/** Number of rows in a column. */
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
