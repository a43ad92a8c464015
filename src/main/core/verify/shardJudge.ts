/**
 * Combines the result of reading a shard with its records: earlier findings are carried over, a full verification is recorded, and its
 * digest is compared with the first one.
 */

import { type Finding, finding } from '../../../shared/model/finding.ts'
import { isFuture, isOlderThan } from '../../../shared/text/age.ts'
import { entriesIfUsable } from '../index/usableIndex.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import type { InspectionInput, ShardInspection } from '../inspect/inspection.ts'
import { blocksIndexing, type Depth, type ShardVerdict } from '../inspect/inspectShard.ts'
import { Intactness } from '../ledger/intactness.ts'
import type { Verification } from '../ledger/ledger.ts'
import type { KnownVerdict, Selection, VerifyOptions } from '../ledger/selectShards.ts'
import { isStandIn, judgeEmptyFile } from '../parquet/file/placeholders.ts'

export class ShardJudge {
  /** Shards whose findings are those of an earlier verification. */
  carriedOver = 0
  /** Shards that were fully read, and for which neither a digest nor checksums would show a change. */
  readonly unfingerprinted = new Set<string>()
  readonly intactness: Intactness
  private readonly root: string
  private readonly selection: Selection
  private readonly options: VerifyOptions
  private readonly depth: Depth

  constructor(root: string, selection: Selection, options: VerifyOptions, depth: Depth) {
    this.root = root
    this.selection = selection
    this.options = options
    this.depth = depth
    this.intactness = new Intactness(root, options.ledger, options.known)
  }

  /**
   * How to read a shard. One with findings from another run, a recent verification, or the interrupted run that is resumed, is not read
   * again.
   */
  plan(shardPath: string): { readonly task: InspectionInput; readonly before: KnownVerdict | null } {
    const known = this.options.known?.get(shardPath) ?? this.resumed(shardPath) ?? this.trusted(shardPath)
    const stamp = this.selection.stamps.get(shardPath)
    const before = known !== null && stamp !== undefined && known.bytes === stamp.bytes && known.mtimeNs === stamp.mtimeNs ? known : null
    // Its keys are still needed for the comparison across shards.
    const depth = before !== null && this.depth === 'full' ? 'keys' : this.depth
    const digest = before === null && this.selection.ledgerRun !== null
    return { task: { root: this.root, shardPath, depth, digest }, before }
  }

  /** Its findings in the interrupted run that is resumed. */
  private resumed(shardPath: string): KnownVerdict | null {
    const last = this.selection.ledgerRun?.verifiedInThisRun(shardPath) ?? null
    return last === null || isFuture(last.verifiedAtMs, Date.now()) ? null : last
  }

  /** The ledger's record, if it is recent enough. */
  private trusted(shardPath: string): KnownVerdict | null {
    const { trustMs, ledger } = this.options
    if (trustMs === undefined) return null
    const last = ledger?.lastVerification(this.root, shardPath) ?? null
    // A plan moves only files that were read. An earlier verification is enough only for a shard without problems.
    const trusted = last !== null && !isOlderThan(last.verifiedAtMs, trustMs, Date.now()) && !last.findings.some(isReasonToMove)
    return trusted ? last : null
  }

  /** The findings of a shard, combined with its records. A full verification is recorded. */
  judge({ verdict: seen, sha256 }: ShardInspection, before: KnownVerdict | null, index: WindowIndex | null): ShardVerdict {
    const verdict = judgeEmptyFile(seen, () => this.heldRows(seen.shardPath, index))
    if (before !== null) {
      this.carriedOver += 1
      // Its keys could not be read, so neither they nor their absence was compared.
      const refused = verdict.findings.filter(found => isUnread(found) && !before.findings.some(({ kind }) => kind === found.kind))
      return {
        ...verdict,
        findings: [...before.findings, ...refused],
        keys: before.findings.some(blocksIndexing) ? null : verdict.keys
      }
    }
    const run = this.selection.ledgerRun
    const showsChanges = (run !== null && sha256 !== null) || verdict.pageChecksums
    if (this.depth === 'full' && !showsChanges) this.unfingerprinted.add(verdict.shardPath)
    // The digest on record is kept. It is that of the shard, not of its placeholder.
    if (run !== null && verdict.findings.some(isStandIn)) run.record(verdict, null)
    if (run === null || sha256 === null || verdict.findings.some(isStandIn)) return verdict
    // Readable is not intact: its digest is compared with the first one on record.
    const last = this.lastVerification(verdict)
    const changed = last?.sha256 && last.sha256 !== sha256 ? [changedBytes(verdict.shardPath, last, sha256)] : []
    if (changed.length === 0) this.intactness.digests.set(verdict.shardPath, sha256)
    else this.intactness.changed.add(verdict.shardPath)
    const judged = { ...verdict, findings: [...verdict.findings, ...changed] }
    // A shard that is still being written seems truncated. Only complete ones are compared with their digest.
    run.record(judged, verdict.findings.some(found => found.severity === 'corrupt') ? null : sha256, verdict.holdings)
    return judged
  }

  /** Whether the index or the ledger says that a shard had rows. */
  private heldRows(shardPath: string, index: WindowIndex | null): boolean {
    const last = this.options.ledger?.lastVerification(this.root, shardPath)
    return (last !== undefined && last !== null && (last.bytes > 0 || last.sha256 !== null)) || entriesIfUsable(index, shardPath).length > 0
  }

  /** If a shard returns with the same size and time, its digest is restored. */
  private lastVerification(verdict: ShardVerdict): Verification | null {
    const { root } = this
    const { ledger } = this.options
    const { shardPath, bytes, mtimeNs } = verdict
    const last = ledger?.lastVerification(root, shardPath) ?? null
    if (last?.sha256 !== null || last.bytes !== bytes || last.mtimeNs !== mtimeNs) return last
    ledger?.recallFingerprint(root, shardPath, verdict)
    return ledger?.lastVerification(root, shardPath) ?? null
  }
}

function isReasonToMove({ severity }: Finding): boolean {
  return severity === 'corrupt' || severity === 'suspect'
}

/** Whether a finding says that a shard was not read, but nothing about its contents. */
function isUnread({ kind }: Finding): boolean {
  return kind === 'unreadable' || kind === 'over_limit'
}

function changedBytes(shardPath: string, last: Verification, sha256: string): Finding {
  const since = new Date(last.digestAtMs).toISOString()
  const unchanged = new Date(last.verifiedAtMs).toISOString()
  const details = { recorded_sha256: last.sha256, sha256, recorded_at: since, last_verified: unchanged }
  return finding('changed_bytes', shardPath, { recordedAt: since }, { details })
}
