/** One shard as the catalog holds it in memory: small, as a cache has a hundred thousand of them; its health follows from the rest. */
import type { Health, ShardRow } from '../../../shared/contract/index.ts'
import { addressOf, type FileStamp, type Finding, type RecordedVerdict, type Severity } from '../../core/index.ts'

/** What all shards of one contig in one encoder configuration share. */
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
  /** Null for a file that does not lie where layout 1 would put it. */
  readonly group: Group | null
  readonly strideBlock: number
  /** Whether the footer was looked at; when it was and `rows` is null, it cannot be read. */
  footerSeen: boolean
  rows: number | null
  dimensions: number | null
  /** Contigs whose rows it holds although its path does not name them; null while only the rows tell. */
  otherContigs: readonly string[] | null
  /** What a look at it without a verification found. */
  firstLook: readonly Finding[]
  /** When the file as it is now was last verified in full. */
  verifiedAtMs: number | null
  /** Whether a digest of its bytes is kept, or every page of it carries a checksum. */
  fingerprinted: boolean
  /** The worst of its own findings, and how many there are. */
  ownWorst: number
  ownFindings: number
  /** The same of the last comparison with other shards and with the index. */
  crossWorst: number
  crossFindings: number
}

const NOTHING: readonly Finding[] = []

/** Worse is higher; what is wrong with the index alone does not make a shard worse. */
const RANK: Readonly<Record<Severity, number>> = { index: 0, suspect: 1, unsupported: 2, unreadable: 3, missing: 4, corrupt: 5 }
const HEALTH_OF_RANK: readonly Health[] = ['verified', 'suspect', 'unsupported', 'unreadable', 'missing', 'damaged']

/** The rank of the worst finding; 0 when none says anything against the shard. */
export function worstOf(findings: readonly Finding[]): number {
  return findings.reduce((worst, found) => Math.max(worst, RANK[found.severity]), 0)
}

/** Takes in what the ledger says, when it speaks of the file as it is. */
export function applyVerification(line: CatalogEntry, verification: Omit<RecordedVerdict, 'shardPath'> | null): void {
  const current = verification !== null && sameStamp(verification, line) ? verification : null
  line.verifiedAtMs = current?.verifiedAtMs ?? null
  line.fingerprinted = current !== null && (current.sha256 !== null || current.pageChecksums)
  line.ownWorst = current === null ? 0 : worstOf(current.findings)
  line.ownFindings = current?.findings.length ?? 0
}

/** What a first look found, as long as no verification says more. */
export function firstLookOf({ verifiedAtMs, firstLook }: CatalogEntry): readonly Finding[] {
  return verifiedAtMs === null ? firstLook : NOTHING
}

export function healthOf(line: CatalogEntry): Health {
  const worst = Math.max(line.ownWorst, line.crossWorst)
  if (worst > 0) return HEALTH_OF_RANK[worst] ?? 'damaged'
  if (line.verifiedAtMs === null) return 'unverified'
  // Nothing would tell whether its bytes are those of before.
  return line.fingerprinted ? 'verified' : 'readable'
}

/** How bad a health is where one cell stands for several shards. */
const BADNESS: Readonly<Record<Health, number>> = {
  verified: 0,
  readable: 1,
  unverified: 2,
  suspect: 3,
  unsupported: 4,
  unreadable: 5,
  missing: 6,
  damaged: 7
}

/** Worse is higher. */
export function badnessOf(health: Health): number {
  return BADNESS[health]
}

/** Makes groups, each once. */
export class ConfigurationIndex {
  private readonly known = new Map<string, Group>()

  get size(): number {
    return this.known.size
  }

  /** A new line for a file that nothing is known of but its stamp. */
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
      fingerprinted: false,
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

/** A line as the table shows it. */
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
