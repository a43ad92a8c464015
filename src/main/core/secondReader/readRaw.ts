/** Any Parquet file for display: its footer, validated by the first reader, and its rows from hyparquet. */
import { CacheCorruptError, InputError, NotFoundError, SystemError } from '../../../shared/model/errors.ts'
import { FINDING_KINDS } from '../../../shared/model/finding.ts'
import type { RawColumn, RawFile, RawRows } from '../../../shared/model/raw.ts'
import { linkPolicy } from '../fs/links.ts'
import { resolveShardPath } from '../layouts/paths.ts'
import { type Limits, limitsInForce, shardTimeMs } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { openShardFile, type ShardFile } from '../parquet/file/shardFile.ts'
import { columnFacts } from '../parquet/footer/columnFacts.ts'
import { readFooter, type ShardFooter } from '../parquet/footer/footer.ts'
import { checkFolderLinks } from '../shards/shardRows.ts'
import type { RawReading } from './rawRows.ts'
import { SecondThread } from './secondThread.ts'
import type { RawRange } from './topLevelColumns.ts'

/** How long a thread waits for the next request, ms. A user who views one page of rows will probably view another. */
const IDLE_MS = 5_000

/**
 * Reads the schema, the key-value metadata, the row groups and some rows of a Parquet file.
 * @param path absolute
 * @param range rows, half-open. An empty range reads only the footer
 * @returns `unread` lists the parts that cannot be read. For a file that is encrypted or beyond the limits, that is everything
 * @throws NotFoundError, InputError if it is not a file, CacheCorruptError for a damaged footer, SystemError, CancelledError
 */
export async function readRawFile(path: string, range: RawRange, signal?: AbortSignal): Promise<RawFile> {
  const limits = rawLimits()
  let file: ShardFile | null = null
  try {
    file = openShardFile(path)
    const footer = readFooter(file, limits, true)
    const { logicalTypes, ...rows } = await rowsOf(path, range, limits, shardTimeMs(limits, file.bytes), signal)
    return { ...footerOf(file, footer, logicalTypes), ...rows }
  } catch (error) {
    if (!(error instanceof ShardFault)) throw isMissing(error) ? new NotFoundError(`there is no file ${path}`, { path }) : error
    if (error.kind === 'not_a_file') throw new InputError(`${path} ${error.message}`, { path })
    if (FINDING_KINDS[error.kind].severity === 'corrupt')
      throw new CacheCorruptError(`${path} cannot be read: ${error.message}`, { path, kind: error.kind })
    return { ...NOTHING, bytes: file?.bytes ?? 0, unread: [{ column: null, severity: 'unsupported', reason: error.message }] }
  } finally {
    file?.close()
  }
}

/**
 * The same for a shard that a user or an index named. Links are followed according to the policy.
 * @param root absolute real path
 * @throws like `readRawFile`, and CacheCorruptError for a path that leaves the cache
 */
export function readRawShard(root: string, shardPath: string, range: RawRange, signal?: AbortSignal): Promise<RawFile> {
  const path = resolveShardPath(root, shardPath)
  checkFolderLinks(root, shardPath)
  return readRawFile(path, range, signal)
}

/** A shard has thirteen columns. Other tables may have thousands. */
const RAW_COLUMNS = 10_000

function rawLimits(): Limits {
  const limits = limitsInForce()
  return { ...limits, columns: Math.max(limits.columns, RAW_COLUMNS) }
}

function isMissing(error: unknown): boolean {
  return error instanceof SystemError && error.details.error === 'ENOENT'
}

let idle: { readonly thread: SecondThread; readonly timer: NodeJS.Timeout } | null = null

async function rowsOf(path: string, range: RawRange, limits: Limits, budgetMs: number, signal?: AbortSignal): Promise<RawReading> {
  const thread = idle?.thread ?? new SecondThread()
  if (idle !== null) clearTimeout(idle.timer)
  idle = null
  try {
    const answer = await thread.ask({ ask: 'rows', path, range, limits, links: linkPolicy() }, budgetMs, signal)
    return answer.answer === 'rows'
      ? answer.rows
      : noRows(answer.answer === 'failed' ? answer.reason : 'the thread gave an unexpected answer')
  } catch (error) {
    if (!(error instanceof SystemError)) throw error
    return noRows(error.message)
  } finally {
    if (idle === null) idle = { thread, timer: setTimeout(endIdle, IDLE_MS).unref() }
    else thread.end()
  }
}

function noRows(reason: string): RawReading {
  return { columns: [], cells: [], unread: [{ column: null, severity: 'unsupported', reason }], logicalTypes: [] }
}

const NOTHING: RawFile = {
  columns: [],
  cells: [],
  unread: [],
  leaves: [],
  keyValues: [],
  rowGroups: [],
  rowCount: 0,
  bytes: 0,
  createdBy: null
}

function endIdle(): void {
  idle?.thread.end()
  idle = null
}

function footerOf({ bytes }: ShardFile, footer: ShardFooter, logicalTypes: readonly (string | null)[]): Omit<RawFile, keyof RawRows> {
  return {
    bytes,
    createdBy: footer.createdBy,
    leaves: columnFacts(footer).map((facts, at): RawColumn => {
      const leaf = footer.leaves[at]
      return {
        ...facts,
        topLevel: leaf?.name ?? facts.column,
        logicalType: logicalTypes[at] ?? facts.logicalType,
        maxDefinition: leaf?.maxDefinition ?? 0,
        maxRepetition: leaf?.maxRepetition ?? 0
      }
    }),
    keyValues: footer.keyValues.map(({ key, value }) => ({
      key,
      value: value === null ? null : textOrHex(value),
      bytes: value?.length ?? 0
    })),
    rowGroups: footer.rowGroups.map(({ firstRow, rows, chunks }) => ({
      firstRow,
      rows,
      compressedBytes: chunks.reduce((sum, { start, end }) => sum + end - start, 0),
      uncompressedBytes: chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0)
    })),
    rowCount: footer.rows
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOrHex(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
  }
}
