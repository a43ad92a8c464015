/** The ledger of verifications is opened for one command and closed with it. */
import { SystemError } from '../../shared/model/errors.ts'
import type { FileStamp } from '../../shared/model/report.ts'
import { type Ledger, openLedger } from '../core/index.ts'
import type { Output } from './output.ts'

/**
 * Runs `work` with the ledger. Where its folder cannot be used and the work does not depend on it, the work goes on without, with a remark.
 * @param needed throws the SystemError instead
 */
export async function withLedger<T>(output: Output, needed: boolean, work: (ledger: Ledger | undefined) => Promise<T>): Promise<T> {
  const ledger = await open(output, needed)
  try {
    return await work(ledger)
  } finally {
    ledger?.close()
  }
}

/**
 * When a shard was last verified in full, UTC ns: null for one that never was, or is no longer the file that was. `--changed` reads
 * those.
 */
export function verifiedNs(ledger: Ledger | undefined, root: string, shard: FileStamp & { readonly shardPath: string }): bigint | null {
  const last = ledger?.lastVerification(root, shard.shardPath) ?? null
  if (last === null || last.bytes !== shard.bytes || last.mtimeNs !== shard.mtimeNs) return null
  return BigInt(last.verifiedAtMs) * 1_000_000n
}

async function open(output: Output, needed: boolean): Promise<Ledger | undefined> {
  const remarks: string[] = []
  try {
    const ledger = openLedger(undefined, {
      onSetAside: (file, reason) => {
        remarks.push(
          `lewm-cache: the record of earlier verifications could not be used (${reason}); it is kept as ${file}, a new one is begun`
        )
      }
    })
    for (const remark of remarks) await output.note(remark)
    return ledger
  } catch (error) {
    if (needed || !(error instanceof SystemError)) throw error
    await output.note(`lewm-cache: going on without the record of earlier verifications: ${error.message}`)
    return undefined
  }
}
