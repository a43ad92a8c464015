/**
 * A shard in the catalog. Entries are small, because a cache has up to a hundred thousand of them. Its health is derived from the other
 * fields.
 */
import type { ShardRow } from '../../../shared/contract/index.ts'
import { BEST_FIRST, badnessOf, HEALTH_OF, type Health } from '../../../shared/model/health.ts'
import { addressOf, type FileStamp, type Finding, type RecordedVerdict } from '../../core/index.ts'

/** Data that all shards of one contig in one encoder configuration share. */
export type Group = {
  /** Position among all groups of the cache. */
  readonly index: number
  readonly encoder: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  /** `centered_mean_64` */
  readonly pool: string
  readonly contig: string
}

export type CatalogEntry = FileStamp & {
  readonly shardPath: string
  /** Null for a file that is not at a path of layout 1. */
  readonly group: Group | null
  readonly strideBlock: number
  /** Whether the footer was read. If it was and `rows` is null, it is unreadable. */
  footerSeen: boolean
  rows: number | null
  dimensions: number | null
  /** Contigs whose rows it holds although its path does not name them; null if only the rows show that. */
  otherContigs: readonly string[] | null
  /** Findings without a verification. */
  firstLook: readonly Finding[]
  /** When the present file was last fully verified. */
  verifiedAtMs: number | null
  /** Whether a digest is on record, or every page has a checksum. */
  hasChecksum: boolean
  /** The badness of its own findings, and their number. */
  ownWorst: number
  ownFindings: number
  /** The same for the last comparison with other shards and with the index. */
  crossWorst: number
  crossFindings: number
}

const NOTHING: readonly Finding[] = []

/** The badness of the worst finding; 0 when none says anything against the shard. Problems of the index alone do not count. */
export function worstOf(findings: readonly Finding[]): number {
  return findings.reduce((worst, { severity }) => {
    const health = HEALTH_OF[severity]
    return health === null ? worst : Math.max(worst, badnessOf(health))
  }, 0)
}

/** Adds the ledger's records, if they are about the present file. */
export function applyVerification(line: CatalogEntry, verification: Omit<RecordedVerdict, 'shardPath'> | null): void {
  const current = verification !== null && sameStamp(verification, line) ? verification : null
  line.verifiedAtMs = current?.verifiedAtMs ?? null
  line.hasChecksum = current !== null && (current.sha256 !== null || current.pageChecksums)
  line.ownWorst = current === null ? 0 : worstOf(current.findings)
  line.ownFindings = current?.findings.length ?? 0
}

/** Findings of a first check, until a verification replaces them. */
export function firstLookOf({ verifiedAtMs, firstLook }: CatalogEntry): readonly Finding[] {
  return verifiedAtMs === null ? firstLook : NOTHING
}

export function healthOf(line: CatalogEntry): Health {
  const worst = Math.max(line.ownWorst, line.crossWorst)
  if (worst > 0) return BEST_FIRST[worst] ?? 'damaged'
  if (line.verifiedAtMs === null) return 'unverified'
  // A change of its bytes would not be detected.
  return line.hasChecksum ? 'verified' : 'readable'
}

/** Makes groups, each once. */
export class ConfigurationIndex {
  private readonly known = new Map<string, Group>()

  get size(): number {
    return this.known.size
  }

  /** A new entry for a file of which only the stamp is known. */
  line(shardPath: string, stamp: FileStamp): CatalogEntry {
    const address = addressOf(shardPath)
    return {
      shardPath,
      group: address === null ? null : this.group(address),
      strideBlock: address?.strideBlock ?? 0,
      bytes: stamp.bytes,
      mtimeNs: stamp.mtimeNs,
      footerSeen: false,
      rows: null,
      dimensions: null,
      otherContigs: null,
      firstLook: NOTHING,
      verifiedAtMs: null,
      hasChecksum: false,
      ownWorst: 0,
      ownFindings: 0,
      crossWorst: 0,
      crossFindings: 0
    }
  }

  private group(address: Omit<Group, 'index' | 'pool'>): Group {
    const { encoder, stateLayer, poolType, poolRadius, contig } = address
    const pool = `${poolType}_${poolRadius}`
    const key = `${encoder}/${stateLayer}/${pool}/${contig}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const group = { index: this.known.size, encoder, stateLayer, poolType, poolRadius, pool, contig }
    this.known.set(key, group)
    return group
  }
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.bytes === b.bytes && a.mtimeNs === b.mtimeNs
}

export function modifiedMs({ mtimeNs }: FileStamp): number {
  return Number(mtimeNs / 1_000_000n)
}

/** An entry in the form of the table. */
export function shardRowOf(line: CatalogEntry): ShardRow {
  const { shardPath, group, strideBlock, bytes, rows, dimensions, verifiedAtMs } = line
  return {
    shardPath,
    address: group === null ? null : groupAddress(group, strideBlock),
    bytes,
    modifiedMs: modifiedMs(line),
    rows,
    dimensions,
    health: healthOf(line),
    verifiedAtMs,
    findings: line.ownFindings + line.crossFindings + firstLookOf(line).length
  }
}

function groupAddress({ encoder, stateLayer, poolType, poolRadius, contig }: Group, strideBlock: number) {
  return { encoder, stateLayer, poolType, poolRadius, contig, strideBlock }
}
