/** Every kind of case. */
import type { CaseKind } from './cases.ts'
import { arrowSchemas } from './generators/arrowSchema.ts'
import { byteEdits } from './generators/byteEdits.ts'
import { columnTypes } from './generators/columnTypes.ts'
import { decorations } from './generators/decorations.ts'
import { embeddingForms } from './generators/embeddingForms.ts'
import { encrypted } from './generators/encryption.ts'
import { largeFiles } from './generators/largeFiles.ts'
import { libraries } from './generators/libraries.ts'
import { oddPages } from './generators/oddPages.ts'
import { otherColumns } from './generators/otherColumns.ts'
import { rowContents } from './generators/rowContents.ts'
import { soundFiles } from './generators/soundFiles.ts'
import { thriftFiles, thriftOfWriters } from './generators/thriftFiles.ts'

export const KINDS: readonly CaseKind[] = [
  soundFiles,
  oddPages,
  thriftFiles,
  thriftOfWriters,
  columnTypes,
  embeddingForms,
  otherColumns,
  arrowSchemas,
  decorations,
  rowContents,
  encrypted,
  largeFiles,
  ...libraries,
  ...byteEdits
]
