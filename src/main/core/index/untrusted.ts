/** An index is a file that anybody may have made: what is turned off, what its schema may be, and what becomes of SQLite's refusals. */
import Database from 'better-sqlite3'
import { CacheBusyError, CacheError, SystemError } from '../../../shared/model/errors.ts'
import type { Layout } from '../layouts/layout.ts'
import { columnsText, generationText, indexColumns } from '../layouts/layoutOf.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { isBusy } from '../sqlite/failures.ts'
import { columnsOf, kindOf } from './generation.ts'

/** An index that cannot be used because of what it holds. */
export class IndexUnusable extends CacheError {
  readonly kind: 'index_unreadable' | 'index_schema' | 'index_unsupported'

  /**
   * @param why a phrase
   * @param layout that of the index, where it is known: only an index of the layout that is written can be rebuilt
   */
  constructor(kind: IndexUnusable['kind'], why: string, options?: ErrorOptions, layout?: Layout) {
    const about = isWritten(layout) ? {} : { index_layout: layout.version }
    const details = { index_path: INDEX_PATH, reason: why, ...about }
    if (kind === 'index_unsupported') {
      const remedy = 'it is left unchanged, because only that GenoLeWM can rebuild it'
      super('RESOURCE.UNSUPPORTED', `the index ${INDEX_PATH} is of a newer GenoLeWM (${why}); ${remedy}`, details, options)
    } else {
      const remedy = isWritten(layout)
        ? 'a reindex makes a new one'
        : `it is left unchanged, because only the GenoLeWM that made it (${generationText(layout.userVersion)}) can rebuild it`
      const message = `the index ${INDEX_PATH} cannot be used: ${why}; ${remedy}`
      super('RESOURCE.CACHE_CORRUPT', message, details, options)
    }
    this.kind = kind
  }
}

/** The same, of an index whose layout is known. */
export function unusableOf(layout: Layout, error: IndexUnusable): IndexUnusable {
  const { reason } = error.details
  return isWritten(layout) ? error : new IndexUnusable(error.kind, String(reason), { cause: error.cause }, layout)
}

/** Whether an index is of the layout that this program writes; one that is damaged beyond telling counts as such. */
function isWritten(layout: Layout | undefined): layout is undefined {
  return layout === undefined || layout.indexStatements !== null
}

export type SchemaObject = { readonly type: string; readonly name: string }

/** Turns off whatever a schema could smuggle in, and turns on what finds damage early. */
export function harden(db: Database.Database): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
}

/** Runs SQL and turns SQLite's refusals into ours. */
export function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    if (isBusy(error)) throw new CacheBusyError('another process holds the index locked', { error: error.code })
    if (isRefusal(error)) {
      throw new SystemError(`the index ${INDEX_PATH} could not be used: ${error.message}`, { error: error.code }, { cause: error })
    }
    throw new IndexUnusable('index_unreadable', error.message, { cause: error })
  }
}

/** What the system said no to tells nothing of the index; a transaction that a crash left in it does. */
function isRefusal({ code }: { readonly code: string }): boolean {
  if (code === 'SQLITE_IOERR_SHORT_READ' || code === 'SQLITE_READONLY_ROLLBACK' || code === 'SQLITE_READONLY_RECOVERY') return false
  return code === 'SQLITE_FULL' || code === 'SQLITE_NOMEM' || code === 'SQLITE_CANTOPEN' || /^SQLITE_(IOERR|READONLY)/.test(code)
}

/**
 * Checks the schema of an index.
 * @returns its layout
 * @throws IndexUnusable for anything but the table of a layout that is read
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
  if (foreign !== undefined) return `it holds a ${foreign.type} called ${JSON.stringify(foreign.name.slice(0, 80))}`
  if (objects.length === 0) return null
  if (!objects.some(({ type, name }) => type === 'table' && name === 'window_index')) return 'it has no table window_index'
  return found === columnsText(indexColumns(layout)) ? null : `its table has the columns ${found}`
}
