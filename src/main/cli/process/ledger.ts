/** Opens the ledger of verifications for one command and closes it afterwards. */
import { join } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import type { FileStamp } from '../../../shared/model/report.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { dataFolder, followMove, ignoredDataFolder, type Ledger, openLedger, setAsideRemark } from '../../core/index.ts'
import type { Context } from './context.ts'

/**
 * Runs `work` on a cache with the ledger. If the cache was moved, its records follow it, with a remark. If the ledger's folder cannot be
 * used and the work does not need it, the work runs without it, with a remark.
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
      await output.note(`lewm-cache: this cache was at ${terminalSafe(before)} before; its verification records were taken over`)
    }
    return await work(ledger)
  } finally {
    ledger?.close()
    for (const remark of remarks) await output.note(remark)
  }
}

/** The last full verification of a shard whose file has not changed since. `--changed` reads all others. */
export type LastVerified = {
  /** UTC ns. */
  readonly at: bigint
  /** Whether the shard has a digest on record, page checksums, or a known problem. Without any of them it is only known to be readable. */
  readonly hasChecksum: boolean
}

/** Null if the shard was never fully verified or has changed since. */
export function lastVerified(
  ledger: Ledger | undefined,
  root: string,
  shard: FileStamp & { readonly shardPath: string }
): LastVerified | null {
  const last = ledger?.lastVerification(root, shard.shardPath) ?? null
  if (last === null || last.bytes !== shard.bytes || last.mtimeNs !== shard.mtimeNs) return null
  return {
    at: BigInt(last.verifiedAtMs) * 1_000_000n,
    hasChecksum: last.sha256 !== null || last.pageChecksums || last.findings.length > 0
  }
}

/** Text after the time of a verification that recorded no digest and found no checksums; empty for others. */
export function checksumRemark({ hasChecksum }: LastVerified): string {
  return hasChecksum ? '' : ', no checksum on record'
}

/** @param remarks messages for the end of the command */
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
      onFailure: reason => remarks.push(`lewm-cache: the record of earlier verifications became unusable: ${reason}`)
    })
    for (const remark of remarks.splice(0)) await output.note(remark)
    return ledger
  } catch (error) {
    if (needed || !(error instanceof SystemError)) throw error
    await output.note(`lewm-cache: continuing without the record of earlier verifications: ${error.message}`)
    return undefined
  }
}
