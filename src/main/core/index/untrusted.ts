/** An index is a file that anybody may have made: what is turned off, what its schema may be, and what becomes of SQLite's refusals. */
import Database from 'better-sqlite3'
import { CacheBusyError, CacheError, SystemError } from '../../../shared/model/errors.ts'
import { LAYOUT_1 } from '../layouts/layout.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { isBusy } from '../sqlite/failures.ts'
import { columnsOf, type IndexColumn, otherGeneration } from './generation.ts'

/** An index that cannot be used because of what it holds. */
export class IndexUnusable extends CacheError {
  readonly kind: 'index_unreadable' | 'index_schema' | 'index_unsupported'

  /** @param why a phrase */
  constructor(kind: IndexUnusable['kind'], why: string, options?: ErrorOptions) {
    const details = { index_path: INDEX_PATH, reason: why }
    if (kind === 'index_unsupported') {
      const remedy = 'it is left unchanged, because only that GenoLeWM can rebuild it'
      super('RESOURCE.UNSUPPORTED', `the index ${INDEX_PATH} is of a newer GenoLeWM (${why}); ${remedy}`, details, options)
    } else {
      const message = `the index ${INDEX_PATH} cannot be used: ${why}; a reindex makes a new one`
      super('RESOURCE.CACHE_CORRUPT', message, details, options)
    }
    this.kind = kind
  }
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

/** @throws IndexUnusable for anything but the layout's own table */
export function checkSchema(db: Database.Database, objects: readonly SchemaObject[]): void {
  const columns = columnsOf(db)
  const other = otherGeneration(db, columns)
  if (other !== null) throw new IndexUnusable('index_unsupported', other)
  const foreign = objects.find(({ type }) => type === 'trigger' || type === 'view')
  if (foreign !== undefined)
    throw new IndexUnusable('index_schema', `it holds a ${foreign.type} called ${JSON.stringify(foreign.name.slice(0, 80))}`)
  if (objects.length > 0 && !objects.some(({ type, name }) => type === 'table' && name === 'window_index')) {
    throw new IndexUnusable('index_schema', 'it has no table window_index')
  }
  const found = columnList(columns)
  if (objects.length > 0 && found !== expectedColumns()) throw new IndexUnusable('index_schema', `its table has the columns ${found}`)
}

function columnList(columns: readonly IndexColumn[]): string {
  return columns.map(({ name, type, key }) => `${name} ${type}${key > 0 ? ` key ${key}` : ''}`).join(', ')
}

let expected: string | undefined

/** The columns that the layout's own statements give, asked of SQLite itself. */
function expectedColumns(): string {
  if (expected === undefined) {
    const db = new Database(':memory:')
    for (const statement of LAYOUT_1.indexSchema) db.exec(statement)
    expected = columnList(columnsOf(db))
    db.close()
  }
  return expected
}
