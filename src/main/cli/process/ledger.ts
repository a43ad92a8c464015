/** The ledger of verifications is opened for one command and closed with it. */
import { join } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { terminalSafe } from '../../../shared/terminalText.ts'
import { dataFolder, followMove, ignoredDataFolder, type Ledger, openLedger, setAsideRemark } from '../../core/index.ts'
import type { Context } from './context.ts'

/**
 * Runs `work` on a cache with the ledger; when the cache was moved, its records follow it, with a remark. Where the ledger's folder cannot be used and
 * the work does not depend on it, the work goes on without, with a remark.
 * @param root absolute real path of the cache
 * @param needed throws the SystemError instead
 */
export async function withLedger<T>(
  context: Pick<Context, 'output' | 'io'>,
  root: string,
  needed: boolean,
  work: (ledger: Ledger | undefined) => Promise<T>
): Promise<T> {
  const remarks: string[] = []
  const { output } = context
  const ledger = await open(context, root, needed, remarks)
  try {
    const before = ledger === undefined ? null : await followMove(ledger, root)
    if (before !== null) {
      await output.note(`lewm-cache: this cache lay in ${terminalSafe(before)} before; what was recorded of it there goes on here`)
    }
    return await work(ledger)
  } finally {
    ledger?.close()
    for (const remark of remarks) await output.note(remark)
  }
}

/** The last full verification of a shard that is still the file it was then. `--changed` reads all others. */
export type LastVerified = {
  /** UTC ns. */
  readonly at: bigint
  /** Whether a digest of its bytes is kept, its pages carry checksums, or why it is bad is known: without any, it is only known to be readable. */
  readonly fingerprinted: boolean
}

/** Null for a shard that was never verified in full, or is no longer the file that was. */
export function lastVerified(
  ledger: Ledger | undefined,
  root: string,
  shard: FileStamp & { readonly shardPath: string }
): LastVerified | null {
  const last = ledger?.lastVerification(root, shard.shardPath) ?? null
  if (last === null || last.bytes !== shard.bytes || last.mtimeNs !== shard.mtimeNs) return null
  return {
    at: BigInt(last.verifiedAtMs) * 1_000_000n,
    fingerprinted: last.sha256 !== null || last.pageChecksums || last.findings.length > 0
  }
}

/** What follows the time of a verification that left the shard without a digest or checksums; empty for others. */
export function fingerprintRemark({ fingerprinted }: LastVerified): string {
  return fingerprinted ? '' : ', never fingerprinted'
}

/** @param remarks what is to be told at the end, of what happens until then */
async function open(
  { output, io: { env } }: Pick<Context, 'output' | 'io'>,
  root: string,
  needed: boolean,
  remarks: string[]
): Promise<Ledger | undefined> {
  const ignored = ignoredDataFolder(env, root)
  if (ignored !== null) await output.note(`lewm-cache: LEWM_CACHE_DATA is ignored: ${terminalSafe(ignored)}`)
  try {
    const ledger = openLedger(join(dataFolder(env, root), 'ledger.sqlite'), {
      onSetAside: (file, reason, isRestored) => remarks.push(`lewm-cache: ${setAsideRemark(file, reason, isRestored)}`),
      onFailure: reason => remarks.push(`lewm-cache: the record of earlier verifications could not be used to the end: ${reason}`)
    })
    for (const remark of remarks.splice(0)) await output.note(remark)
    return ledger
  } catch (error) {
    if (needed || !(error instanceof SystemError)) throw error
    await output.note(`lewm-cache: going on without the record of earlier verifications: ${error.message}`)
    return undefined
  }
}
