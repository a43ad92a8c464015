/**
 * Converts a plan to JSON and back, with the names of `geno_lewm`: the output of `--dry-run` and `--save-plan`, and the input of `--plan`.
 */

import { InputError } from '../../../shared/model/errors.ts'
import { type Finding, finding, isFindingKind } from '../../../shared/model/finding.ts'
import type { KeptShard, PlannedMove, RepairPlan, SharedKeys } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { isShardPath } from '../layouts/paths.ts'

/** The plan as JSON values; ns as decimal text. */
export function planToJson(plan: RepairPlan): unknown {
  return {
    version: plan.version,
    cache_dir: plan.cacheDir,
    created_at: String(plan.createdAt),
    checked_shards: plan.checkedShards,
    moves: plan.moves.map(move => ({
      shard_path: move.shardPath,
      bytes: move.bytes,
      mtime_ns: String(move.mtimeNs),
      inode: textOrNull(move.inode),
      ctime_ns: textOrNull(move.ctimeNs),
      sha256: move.sha256,
      rows: move.rows,
      keys_only_here: move.keysOnlyHere,
      index_entries: move.indexEntries,
      ticked: move.ticked,
      reasons: move.reasons.map(findingToJson)
    })),
    shared_keys: plan.sharedKeys.map(({ shardPaths, keys }) => ({ shard_paths: shardPaths, keys })),
    kept: plan.kept.map(({ shardPath, reasons }) => ({ shard_path: shardPath, reasons: reasons.map(findingToJson) })),
    reindex: plan.reindex,
    ...(plan.keepsIndex && { keeps_index: true }),
    index_findings: plan.indexFindings.map(findingToJson),
    missing: plan.missing.map(findingToJson),
    missing_shards: plan.missingShards,
    missing_rows: plan.missingRows
  }
}

function textOrNull(value: bigint | null): string | null {
  return value === null ? null : String(value)
}

function findingToJson({ kind, severity, shardPath, row, column, facts, details }: Finding): unknown {
  const message = describeFinding({ kind, facts, row, column })
  return { kind, severity, shard_path: shardPath, row, column, message, details }
}

/**
 * Parses a plan.
 * @throws InputError naming the first invalid field
 */
export function planFromJson(json: unknown): RepairPlan {
  const plan = fieldsOf(json, 'plan')
  if (plan.version !== 1) refuse('version')
  return {
    version: 1,
    cacheDir: text(plan, 'cache_dir'),
    createdAt: nanoseconds(plan, 'created_at'),
    checkedShards: count(plan, 'checked_shards'),
    moves: eachOnce(list(plan, 'moves').map(moveFromJson)),
    sharedKeys: optional(plan, 'shared_keys', list)?.map(sharedFromJson) ?? [],
    kept: list(plan, 'kept').map(keptFromJson),
    reindex: flag(plan, 'reindex'),
    ...(optional(plan, 'keeps_index', flag) === true && { keepsIndex: true as const }),
    indexFindings: list(plan, 'index_findings').map(findingFromJson),
    missing: optional(plan, 'missing', list)?.map(findingFromJson) ?? [],
    missingShards: optional(plan, 'missing_shards', count) ?? 0,
    missingRows: optional(plan, 'missing_rows', count) ?? 0
  }
}

/** A shard can move only once. */
function eachOnce(moves: readonly PlannedMove[]): readonly PlannedMove[] {
  const seen = new Set<string>()
  for (const { shardPath } of moves) {
    if (seen.has(shardPath)) throw new InputError(`the plan moves ${shardPath} twice`, { field: 'moves', shard_path: shardPath })
    seen.add(shardPath)
  }
  return moves
}

function moveFromJson(json: unknown): PlannedMove {
  const move = fieldsOf(json, 'moves')
  return {
    shardPath: shardPathOf(move),
    bytes: count(move, 'bytes'),
    mtimeNs: nanoseconds(move, 'mtime_ns'),
    // Earlier versions recorded none of these.
    inode: optional(move, 'inode', nanoseconds),
    ctimeNs: optional(move, 'ctime_ns', nanoseconds),
    sha256: optional(move, 'sha256', text),
    rows: move.rows === null ? null : count(move, 'rows'),
    keysOnlyHere: optional(move, 'keys_only_here', count),
    indexEntries: count(move, 'index_entries'),
    ticked: flag(move, 'ticked'),
    reasons: list(move, 'reasons').map(findingFromJson)
  }
}

function shardPathOf(move: Fields): string {
  const shardPath = text(move, 'shard_path')
  if (isShardPath(shardPath)) return shardPath
  throw new InputError(`the plan moves ${JSON.stringify(shardPath.slice(0, 200))}, which is not a shard`, { field: 'shard_path' })
}

function sharedFromJson(json: unknown): SharedKeys {
  const shared = fieldsOf(json, 'shared_keys')
  const shardPaths = list(shared, 'shard_paths').map(path => (typeof path === 'string' ? path : refuse('shard_paths')))
  return { shardPaths, keys: count(shared, 'keys') }
}

function keptFromJson(json: unknown): KeptShard {
  const kept = fieldsOf(json, 'kept')
  return { shardPath: text(kept, 'shard_path'), reasons: list(kept, 'reasons').map(findingFromJson) }
}

function findingFromJson(json: unknown): Finding {
  const fields = fieldsOf(json, 'reasons')
  const { kind } = fields
  if (!isFindingKind(kind)) refuse('kind')
  return finding(
    kind,
    text(fields, 'shard_path'),
    { said: text(fields, 'message') },
    {
      row: fields.row === null ? null : count(fields, 'row'),
      column: fields.column === null ? null : text(fields, 'column'),
      details: fieldsOf(fields.details, 'details')
    }
  )
}

type Fields = Readonly<Record<string, unknown>>

function refuse(field: string): never {
  throw new InputError(`the file is not a repair plan of this program: ${field} is missing or is none`, { field })
}

function fieldsOf(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(field)
  return { ...value }
}

function text(fields: Fields, field: string): string {
  const value = fields[field]
  return typeof value === 'string' ? value : refuse(field)
}

function optional<T>(fields: Fields, field: string, read: (fields: Fields, field: string) => T): T | null {
  return fields[field] === undefined || fields[field] === null ? null : read(fields, field)
}

function count(fields: Fields, field: string): number {
  const value = fields[field]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(field)
}

function flag(fields: Fields, field: string): boolean {
  const value = fields[field]
  return typeof value === 'boolean' ? value : refuse(field)
}

function list(fields: Fields, field: string): readonly unknown[] {
  const value = fields[field]
  return Array.isArray(value) ? value : refuse(field)
}

function nanoseconds(fields: Fields, field: string): bigint {
  const value = text(fields, field)
  return /^-?\d{1,20}$/.test(value) ? BigInt(value) : refuse(field)
}
