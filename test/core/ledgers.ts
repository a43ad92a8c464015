/** Ledgers for tests, closed at the end of a test file. */
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type Ledger, openLedger } from '../../src/main/core/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const open: Ledger[] = []
afterAll(() => {
  for (const ledger of open) ledger.close()
})

export function newLedger(): Ledger {
  const ledger = openLedger(join(temporaryFolder(), 'deep/folder/ledger.sqlite'))
  open.push(ledger)
  return ledger
}
