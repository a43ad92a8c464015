/** Progress, plans and reports of the long operations. */
import type { Finding, FindingKind } from './finding.ts'

/** What a long operation does, one after the other. */
export const PHASES = ['list', 'read', 'compare', 'index', 'move'] as const

/** How far a long operation has come. */
export type Progress = {
  readonly phase: (typeof PHASES)[number]
  readonly done: number
  readonly total: number
  readonly bytesDone: number
  readonly bytesTotal: number
  /** The shard that was just finished, relative to the cache root. */
  readonly shardPath: string | null
  readonly findings: number
}

/** What every long operation takes. */
export type LongOptions = {
  /** Aborting ends the work with a CancelledError, within half a second. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  /** Called for each finding as soon as it is known. */
  readonly onFinding?: (finding: Finding) => void
  /** Threads that read shards: as many as there are cores by default, and 1 is no thread at all. */
  readonly workers?: number
  /** How long reading one shard may take, ms; by default a minute and what a slow disk needs for its bytes. */
  readonly shardBudgetMs?: number
}

export type VerifyReport = {
  readonly checkedShards: number
  readonly checkedRows: number
  readonly checkedBytes: number
  /** Shards without any finding but index drift. */
  readonly healthyShards: number
  /** In path order. */
  readonly findings: readonly Finding[]
  /** Shards that evidence expects and that are not there, or not with all their rows. */
  readonly missingShards: number
  /** Rows that evidence expects and no shard holds, as far as it tells how many. */
  readonly missingRows: number
  readonly byKind: Partial<Record<FindingKind, number>>
  readonly seconds: number
  /** Only of a verification that asked a second reader. */
  readonly secondReader?: SecondReading
}

/** What a comparison with the second reader came to. Shards that are damaged or unsupported are not part of it. */
export type SecondReading = {
  /** Shards of which every value was compared. */
  readonly compared: number
  /** Those of them in which a value differs (`readers_disagree`). */
  readonly disagreeing: number
  /** Shards that the second reader could not read, in path order. Nothing follows from that for them. */
  readonly notRead: readonly { readonly shardPath: string; readonly reason: string }[]
}

export type ReindexReport = {
  readonly indexedShards: number
  readonly indexedRows: number
  /** Relative to the cache root. */
  readonly indexPath: string
  /** Present where no shard could be read: the index is as it was. */
  readonly indexKept?: true
  /** What kept shards or rows out of the index. */
  readonly findings: readonly Finding[]
}

/** A file's identity at the time it was looked at: a plan is applied only to files that still have it. */
export type FileStamp = {
  readonly bytes: number
  readonly mtimeNs: bigint
}

/** What a change leaves a trace in even where size and modification time were set back. */
export type FileIdentity = FileStamp & {
  readonly inode: bigint
  /** UTC ns. */
  readonly ctimeNs: bigint
}

/** One shard that a plan can move, as it was read. Plans of earlier versions have null for what they did not record. */
export type PlannedMove = FileStamp & {
  readonly shardPath: string
  readonly inode: bigint | null
  readonly ctimeNs: bigint | null
  /** Of its bytes, in hex; null where they could not be read, or no digest was taken. */
  readonly sha256: string | null
  /** Rows of the shard; null where the footer cannot tell. */
  readonly rows: number | null
  /** Keys that no other shard holds, by its rows or by the index; null where nothing tells how many. */
  readonly keysOnlyHere: number | null
  /** Entries of today's index that point into it. */
  readonly indexEntries: number
  readonly reasons: readonly Finding[]
  /** Whether apply moves it: corrupt shards are ticked, suspects are not. */
  readonly ticked: boolean
}

/** Why a shard with findings stays where it is. */
export type KeptShard = {
  readonly shardPath: string
  readonly reasons: readonly Finding[]
}

/** Keys that several shards hold: they are lost only when all of these go. */
export type SharedKeys = {
  readonly shardPaths: readonly string[]
  readonly keys: number
}

/** What a repair would do, to be looked at first. */
export type RepairPlan = {
  readonly version: 1
  /** Absolute. */
  readonly cacheDir: string
  /** UTC ns. */
  readonly createdAt: bigint
  readonly checkedShards: number
  readonly moves: readonly PlannedMove[]
  /** Keys that several of the shards hold that can be moved, and no other shard. */
  readonly sharedKeys: readonly SharedKeys[]
  readonly kept: readonly KeptShard[]
  /** Whether the index differs from what a reindex would write after the ticked moves. */
  readonly reindex: boolean
  /** Present where the index is of a layout that is only read: it stays as it is. */
  readonly keepsIndex?: true
  readonly indexFindings: readonly Finding[]
  /** What is missing already: a repair brings nothing of it back. */
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

/** A shard that was to be moved, or moved back, and stays where it is. */
export type ShardNotMoved = {
  readonly shardPath: string
  readonly reason: string
}

export type RepairReport = {
  readonly checkedShards: number
  readonly quarantined: readonly QuarantinedShard[]
  /** What could not be moved, which stopped no other move. */
  readonly notMoved: readonly ShardNotMoved[]
  readonly kept: readonly KeptShard[]
  readonly reindex: ReindexReport
  /** Shards that are missing now, those in quarantine included. */
  readonly missingShards: number
  readonly missingRows: number
}

/** One file in quarantine. */
export type QuarantineEntry = {
  /** Where it lies now, relative to the cache root. */
  readonly path: string
  /** Where it came from and `restore` brings it back to. */
  readonly shardPath: string
  /** Empty when somebody else (the Python package) moved it. */
  readonly reasons: readonly string[]
  /** When it was moved, UTC ns; null when nobody wrote it down. */
  readonly at: bigint | null
  readonly bytes: number
}
