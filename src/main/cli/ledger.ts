/** The ledger of verifications is opened for one command and closed with it. */
import { SystemError } from '../../shared/model/errors.ts'
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
