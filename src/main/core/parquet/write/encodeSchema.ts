/** The schema of a Parquet file, as pyarrow would write it: all columns nullable, lists with three levels. */

import { PHYSICAL_TYPES } from '../schema/logicalType.ts'
import type { Field } from '../thrift/thriftWriter.ts'
import type { ColumnInput, LogicalTag } from './columnInput.ts'

const OPTIONAL = 1
const REPEATED = 2
const UTF8 = 0
const LIST = 3
const INT_8 = 15

/** The logical types in both forms: the field of the union and, if there is one, the older converted type. */
function logicalFields(tag: LogicalTag): Field[] {
  switch (tag) {
    case null:
      return []
    case 'STRING':
      return [
        [6, UTF8],
        [10, { struct: [[1, { struct: [] }]] }]
      ]
    case 'INT8':
      return [
        [6, INT_8],
        [
          10,
          {
            struct: [
              [
                10,
                {
                  struct: [
                    [1, { i8: 8 }],
                    [2, true]
                  ]
                }
              ]
            ]
          }
        ]
      ]
    case 'FLOAT16':
      return [[10, { struct: [[15, { struct: [] }]] }]]
  }
}

/** The schema's elements, the root first. */
export function schemaOf(columns: readonly ColumnInput[]): { struct: Field[] }[] {
  const root: Field[] = [
    [3, 0],
    [4, 'schema'],
    [5, columns.length]
  ]
  return [{ struct: root }, ...columns.flatMap(schemaColumn)]
}

function schemaColumn(column: ColumnInput): { struct: Field[] }[] {
  const leaf = (name: string): { struct: Field[] } => ({
    struct: [
      [1, PHYSICAL_TYPES.indexOf(column.physicalType)],
      [2, column.physicalType === 'FIXED_LEN_BYTE_ARRAY' ? column.width : undefined],
      [3, OPTIONAL],
      [4, name],
      ...logicalFields(column.logicalType)
    ]
  })
  if (column.lists === undefined) return [leaf(column.name)]
  return [
    {
      struct: [
        [3, OPTIONAL],
        [4, column.name],
        [5, 1],
        [6, LIST],
        [10, { struct: [[3, { struct: [] }]] }]
      ]
    },
    {
      struct: [
        [3, REPEATED],
        [4, 'list'],
        [5, 1]
      ]
    },
    leaf('element')
  ]
}

/** A column's path in the schema. */
export function pathOf(column: ColumnInput): string[] {
  return column.lists === undefined ? [column.name] : [column.name, 'list', 'element']
}
