/**
 * Shards that are known to be unchanged since they agreed with the index, because the ledger has a digest of the same bytes. If the index
 * contradicts one of them, the index is wrong and not the shard.
 */
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import type { Ledger } from './ledger.ts'
import type { KnownVerdict } from './selectShards.ts'

export class Intactness {
  /** Shards that were read in this run and have the digest on record. */
  readonly digests = new Map<string, string>()
  /** Shards that were read in this run and do not have the digest on record. */
  readonly changed = new Set<string>()
  /** Shards that were found intact on request. */
  readonly proven = new Set<string>()
  private readonly root: string
  private readonly ledger: Ledger | undefined
  private readonly known: ReadonlyMap<string, KnownVerdict> | undefined

  constructor(root: string, ledger: Ledger | undefined, known: ReadonlyMap<string, KnownVerdict> | undefined) {
    this.root = root
    this.ledger = ledger
    this.known = known
  }

  isIntact({ shardPath, bytes, mtimeNs }: { readonly shardPath: string; readonly bytes: number; readonly mtimeNs: bigint }): boolean {
    const isIntact = this.isKnown(shardPath) || this.isRecorded(shardPath, { bytes, mtimeNs })
    if (isIntact) this.proven.add(shardPath)
    return isIntact
  }

  /** The same for a shard that was not read in this run. */
  isIntactAt(shardPath: string): boolean {
    const stamp = stampIfVisible(shardFilePath(this.root, shardPath))
    return stamp !== undefined && this.isIntact({ shardPath, ...stamp })
  }

  /** Records the shards that agreed with the index. @param contradicted shards that evidence contradicts */
  record(contradicted: ReadonlySet<string>): void {
    this.ledger?.markIntact(
      this.root,
      [...this.digests].filter(([shardPath]) => !contradicted.has(shardPath))
    )
  }

  private isKnown(shardPath: string): boolean {
    return this.known?.get(shardPath)?.isIntact === true
  }

  /** Bytes that were not read in this run count as those on record if size and time are unchanged. */
  private isRecorded(shardPath: string, stamp: { readonly bytes: number; readonly mtimeNs: bigint }): boolean {
    const record = this.ledger?.evidenceOf(this.root, shardPath) ?? null
    if (record === null || record.intactSha256 === null || this.changed.has(shardPath)) return false
    const digest = this.digests.get(shardPath)
    if (digest !== undefined) return digest === record.intactSha256
    const isSame = record.sha256 === record.intactSha256 && record.bytes === stamp.bytes && record.mtimeNs === stamp.mtimeNs
    return isSame && !this.wasFoundOtherwise(shardPath)
  }

  /** The digest on record is the first one. The findings of the last verification state whether the bytes still had it. */
  private wasFoundOtherwise(shardPath: string): boolean {
    const findings = this.ledger?.lastVerification(this.root, shardPath)?.findings ?? []
    return findings.some(({ kind, severity }) => kind === 'changed_bytes' || severity === 'corrupt' || severity === 'missing')
  }
}
