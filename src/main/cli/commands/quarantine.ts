/** `quarantine`: moves the named shards to quarantine, with a reason. Deletes nothing. */
import { InputError } from '../../../shared/model/errors.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { quarantineShards } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { withLedger } from '../process/ledger.ts'
import { printNotMoved } from '../reports/notMoved.ts'

export type QuarantineOptions = { readonly reason: string }

export const run: Run<QuarantineOptions> = async (context, { reason }, args) => {
  const { json, output, long } = context
  if (reason.trim() === '')
    throw new InputError('--reason must not be empty; the reason is saved beside the shard', { field: 'reason', value: reason })
  const root = await cacheRootOf(context)
  const shards = args.map(arg => shardPathOf(root, arg))
  const { moved, notMoved } = await withLedger(context, root, false, ledger => quarantineShards(root, shards, reason, { ...long, ledger }))
  if (json) await output.document({ moved, ...(notMoved.length > 0 && { notMoved }) })
  else await output.text(moved.map(({ shardPath, movedTo }) => `moved ${terminalSafe(shardPath)} to ${terminalSafe(movedTo)}\n`).join(''))
  return (await printNotMoved(output, 'move', notMoved)) ? EXIT.system : EXIT.ok
}
