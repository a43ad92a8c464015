/** Layout 2, schema version 2.0.0: layout 1 with the token that a pool is centred on, which is part of the key. Read, never written. */
import { KEY_PARTS, KEY_SPECS } from '../../../shared/model/keySpec.ts'
import type { ColumnSpec, Layout } from './layout.ts'
import { LAYOUT_1 } from './layout1.ts'

const { column: name, width } = KEY_PARTS.centerToken
const CENTER_TOKEN: ColumnSpec = { name, kind: 'integers', width }

export const LAYOUT_2: Layout = {
  version: 2,
  schemaVersion: '2.0.0',
  columns: LAYOUT_1.columns.flatMap((spec): ColumnSpec[] => (spec.name === 'pool_radius' ? [spec, CENTER_TOKEN] : [spec])),
  key: KEY_SPECS[2],
  paths: LAYOUT_1.paths,
  userVersion: 2,
  indexStatements: null
}
