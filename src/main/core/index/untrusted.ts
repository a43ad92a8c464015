/** An index is a file that anybody may have made: what is turned off, what its schema may be, and what becomes of SQLite's refusals. */
import Database from 'better-sqlite3'
import { CacheBusyError, CacheCorruptError, SystemError } from '../../../shared/model/errors.ts'
import { LAYOUT_1 } from '../layout.ts'
import { INDEX_PATH } from '../paths.ts'

/** Why an index cannot be used: `index_unreadable` or `index_schema`. */
export class IndexUnusable extends CacheCorruptError {
  readonly kind: 'index_unreadable' | 'index_schema'

  constructor(kind: 'index_unreadable' | 'index_schema', why: string, options?: ErrorOptions) {
    super(`the index ${INDEX_PATH} cannot be used: ${why}; a reindex makes a new one`, { index_path: INDEX_PATH, reason: why }, options)
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
    if (error.code.startsWith('SQLITE_BUSY')) throw new CacheBusyError('another process holds the index locked', { error: error.code })
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
  const foreign = objects.find(({ type }) => type === 'trigger' || type === 'view')
  if (foreign !== undefined)
    throw new IndexUnusable('index_schema', `it holds a ${foreign.type} called ${JSON.stringify(foreign.name.slice(0, 80))}`)
  if (!objects.some(({ type, name }) => type === 'table' && name === 'window_index')) {
    throw new IndexUnusable('index_schema', 'it has no table window_index')
  }
  const columns = db.prepare<[], { name: string; type: string; pk: number }>('PRAGMA table_info(window_index)').all()
  const wanted = expectedColumns()
  const found = columns.map(({ name, type, pk }) => `${name} ${type}${pk > 0 ? ` key ${pk}` : ''}`).join(', ')
  if (found !== wanted) throw new IndexUnusable('index_schema', `its table has the columns ${found}`)
}

let expected: string | undefined

/** The columns that the layout's own statements give, asked of SQLite itself. */
function expectedColumns(): string {
  if (expected === undefined) {
    const db = new Database(':memory:')
    for (const statement of LAYOUT_1.indexSchema) db.exec(statement)
    const columns = db.prepare<[], { name: string; type: string; pk: number }>('PRAGMA table_info(window_index)').all()
    db.close()
    expected = columns.map(({ name, type, pk }) => `${name} ${type}${pk > 0 ? ` key ${pk}` : ''}`).join(', ')
  }
  return expected
}
