/** Progress, plans and reports of the long operations. */
import type { Finding, FindingKind } from './finding.ts'

/** Phases of a long operation, in order. */
export const PHASES = ['list', 'read', 'compare', 'index', 'move'] as const

/** Progress of a long operation. */
export type Progress = {
  readonly phase: (typeof PHASES)[number]
  readonly done: number
  readonly total: number
  readonly bytesDone: number
  readonly bytesTotal: number
  /** The last finished shard, relative to the cache root. */
  readonly shardPath: string | null
  readonly findings: number
}

/** Options of every long operation. */
export type LongOptions = {
  /** Aborting ends the work with a CancelledError, within half a second. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Called for each finding as soon as it is known. */
  readonly onFinding?: (finding: Finding) => void
  /** Reader threads: by default one per core. With 1, everything runs on the calling thread. */
  readonly workers?: number
  /** Time limit for reading one shard, ms; by default one minute plus the time that a slow disk needs for its bytes. */
  readonly shardBudgetMs?: number
}

export type VerifyReport = {
  readonly checkedShards: number
  readonly checkedRows: number
  readonly checkedBytes: number
  /** Shards without findings, except for index mismatches. */
  readonly healthyShards: number
  /** In path order. */
  readonly findings: readonly Finding[]
  /** Shards that evidence expects and that are absent or lack rows. */
  readonly missingShards: number
  /** Rows that evidence expects and no shard holds, as far as their number is known. */
  readonly missingRows: number
  readonly byKind: Partial<Record<FindingKind, number>>
  readonly seconds: number
  /** Only for a verification with a second reader. */
  readonly secondReader?: SecondReading
}

/** The result of a comparison with the second reader. Damaged and unsupported shards are not part of it. */
export type SecondReading = {
  /** Shards of which every value was compared. */
  readonly compared: number
  /** Shards among them with a differing value (`readers_disagree`). */
  readonly disagreeing: number
  /** Shards that the second reader could not read, in path order. This does not affect their verdict. */
  readonly notRead: readonly { readonly shardPath: string; readonly reason: string }[]
}

export type ReindexReport = {
  readonly indexedShards: number
  readonly indexedRows: number
  /** Relative to the cache root. */
  readonly indexPath: string
  /** Present if no shard could be read and the index was left unchanged. */
  readonly indexKept?: true
  /** Findings that kept shards or rows out of the index. */
  readonly findings: readonly Finding[]
}

/** The identity of a file when it was read. A plan is applied only to files that still have it. */
export type FileStamp = {
  readonly bytes: number
  readonly mtimeNs: bigint
}

/** Changes with the file even if size and modification time are reset. */
export type FileIdentity = FileStamp & {
  readonly inode: bigint
  /** UTC ns. */
  readonly ctimeNs: bigint
}

/** One shard that a plan can move, as it was read. Plans of earlier versions have null for missing fields. */
export type PlannedMove = FileStamp & {
  readonly shardPath: string
  readonly inode: bigint | null
  readonly ctimeNs: bigint | null
  /** Digest of the file in hex; null if it could not be read or was not computed. */
  readonly sha256: string | null
  /** Rows of the shard; null if the footer cannot be read. */
  readonly rows: number | null
  /** Keys that no other shard holds, according to its rows or the index; null if unknown. */
  readonly keysOnlyHere: number | null
  /** Entries of the present index that point to it. */
  readonly indexEntries: number
  readonly reasons: readonly Finding[]
  /** Whether apply moves it. Damaged shards are ticked, suspect shards are not. */
  readonly ticked: boolean
}

/** Why a shard with findings stays where it is. */
export type KeptShard = {
  readonly shardPath: string
  readonly reasons: readonly Finding[]
}

/** Keys that several shards hold. They are lost only if all of these shards move. */
export type SharedKeys = {
  readonly shardPaths: readonly string[]
  readonly keys: number
}

/** The actions of a repair, for review. */
export type RepairPlan = {
  readonly version: 1
  /** Absolute. */
  readonly cacheDir: string
  /** UTC ns. */
  readonly createdAt: bigint
  readonly checkedShards: number
  readonly moves: readonly PlannedMove[]
  /** Keys that only movable shards hold, and several of them. */
  readonly sharedKeys: readonly SharedKeys[]
  readonly kept: readonly KeptShard[]
  /** Whether the index differs from the one that a reindex would write after the ticked moves. */
  readonly reindex: boolean
  /** Present where the index is of a layout that is only read: it stays as it is. */
  readonly keepsIndex?: true
  readonly indexFindings: readonly Finding[]
  /** Rows that are missing already. A repair does not restore them. */
  readonly missing: readonly Finding[]
  readonly missingShards: number
  readonly missingRows: number
}

export type QuarantinedShard = {
  readonly shardPath: string
  /** Relative to the cache root. */
  readonly movedTo: string
  readonly reasons: readonly string[]
}

/** A shard that could not be moved or restored. */
export type ShardNotMoved = {
  readonly shardPath: string
  readonly reason: string
}

export type RepairReport = {
  readonly checkedShards: number
  readonly quarantined: readonly QuarantinedShard[]
  /** Shards that could not be moved. They did not stop other moves. */
  readonly notMoved: readonly ShardNotMoved[]
  readonly kept: readonly KeptShard[]
  readonly reindex: ReindexReport
  /** Shards that are missing now, including quarantined ones. */
  readonly missingShards: number
  readonly missingRows: number
}

/** One file in quarantine. */
export type QuarantineEntry = {
  /** Its present path, relative to the cache root. */
  readonly path: string
  /** Its original path, to which `restore` returns it. */
  readonly shardPath: string
  /** Empty if another program, such as the Python package, moved it. */
  readonly reasons: readonly string[]
  /** The same as data; empty where a person gave the reason, or an earlier version wrote it down. */
  readonly findings: readonly Finding[]
  /** Time of the move, UTC ns; null if it was not recorded. */
  readonly at: bigint | null
  readonly bytes: number
}
