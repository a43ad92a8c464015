/** An index is an untrusted file. This module disables SQLite features, checks the schema, and converts SQLite's errors. */
import Database from 'better-sqlite3'
import { CacheBusyError, CacheError, SystemError } from '../../../shared/model/errors.ts'
import type { Layout } from '../layouts/layout.ts'
import { columnsText, generationText, indexColumns } from '../layouts/layoutOf.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { isBusy } from '../sqlite/failures.ts'
import { columnsOf, kindOf } from './generation.ts'

/** Thrown for an index that cannot be used because of its contents. */
export class IndexUnusable extends CacheError {
  readonly kind: 'index_unreadable' | 'index_schema' | 'index_unsupported'

  /**
   * @param why a phrase
   * @param layout of the index, if known. Only an index of the written layout can be rebuilt
   */
  constructor(kind: IndexUnusable['kind'], why: string, options?: ErrorOptions, layout?: Layout) {
    const about = isWritten(layout) ? {} : { index_layout: layout.version }
    const details = { index_path: INDEX_PATH, reason: why, ...about }
    if (kind === 'index_unsupported') {
      const remedy = 'It is left unchanged, because only that GenoLeWM can rebuild it'
      super('RESOURCE.UNSUPPORTED', `the index ${INDEX_PATH} is of a newer GenoLeWM (${why}). ${remedy}`, details, options)
    } else {
      const remedy = isWritten(layout)
        ? 'A reindex makes a new one'
        : `It is left unchanged, because only the GenoLeWM that made it (${generationText(layout.userVersion)}) can rebuild it`
      const message = `the index ${INDEX_PATH} cannot be used: ${why}. ${remedy}`
      super('RESOURCE.CACHE_CORRUPT', message, details, options)
    }
    this.kind = kind
  }
}

/** The same for an index of a known layout. */
export function unusableOf(layout: Layout, error: IndexUnusable): IndexUnusable {
  const { reason } = error.details
  return isWritten(layout) ? error : new IndexUnusable(error.kind, String(reason), { cause: error.cause }, layout)
}

/** Whether an index has the layout that this program writes. Also true if damage hides its layout. */
function isWritten(layout: Layout | undefined): layout is undefined {
  return layout === undefined || layout.indexStatements !== null
}

export type SchemaObject = { readonly type: string; readonly name: string }

/** Disables everything that a malicious schema could use, and enables early detection of damage. */
export function harden(db: Database.Database): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
}

/** Runs SQL and converts SQLite's errors. */
export function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    if (isBusy(error)) throw new CacheBusyError('the index is locked by another process', { error: error.code })
    if (isRefusal(error)) {
      throw new SystemError(`the index ${INDEX_PATH} could not be used: ${error.message}`, { error: error.code }, { cause: error })
    }
    throw new IndexUnusable('index_unreadable', error.message, { cause: error })
  }
}

/** A failed system call says nothing about the index, but an unfinished transaction after a crash does. */
function isRefusal({ code }: { readonly code: string }): boolean {
  if (code === 'SQLITE_IOERR_SHORT_READ' || code === 'SQLITE_READONLY_ROLLBACK' || code === 'SQLITE_READONLY_RECOVERY') return false
  return code === 'SQLITE_FULL' || code === 'SQLITE_NOMEM' || code === 'SQLITE_CANTOPEN' || /^SQLITE_(IOERR|READONLY)/.test(code)
}

/**
 * Checks the schema of an index.
 * @returns its layout
 * @throws IndexUnusable for anything but the table of a layout that can be read
 */
export function checkSchema(db: Database.Database, objects: readonly SchemaObject[]): Layout {
  const columns = columnsOf(db)
  const { layout, other } = kindOf(db, columns)
  if (layout === null) throw new IndexUnusable('index_unsupported', other)
  const fault = schemaFault(layout, columnsText(columns), objects)
  if (fault === null) return layout
  if (layout.indexStatements !== null) throw new IndexUnusable('index_schema', fault)
  throw new IndexUnusable('index_unsupported', `${generationText(layout.userVersion)}, and ${fault}`)
}

function schemaFault(layout: Layout, found: string, objects: readonly SchemaObject[]): string | null {
  const foreign = objects.find(({ type }) => type === 'trigger' || type === 'view')
  if (foreign !== undefined) return `it has a ${foreign.type} named ${JSON.stringify(foreign.name.slice(0, 80))}`
  if (objects.length === 0) return null
  if (!objects.some(({ type, name }) => type === 'table' && name === 'window_index')) return 'it has no table window_index'
  return found === columnsText(indexColumns(layout)) ? null : `its table has the columns ${found}`
}
