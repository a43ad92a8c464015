/** `restore`: brings shards back from quarantine to where they came from; what lies there now stays, and with `--all` that is no fault. */
import { InputError } from '../../../shared/model/errors.ts'
import { terminalSafe } from '../../../shared/terminalText.ts'
import { restoreShards } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { printNotMoved } from '../reports/notMoved.ts'

export type RestoreOptions = { readonly all?: boolean }

export const run: Run<RestoreOptions> = async (context, { all = false }, args) => {
  const { json, output, long } = context
  if (all === args.length > 0) throw new InputError('name the shards to restore, or give --all for every one')
  const root = await cacheRootOf(context)
  const { restored, skipped } = await restoreShards(root, all ? 'all' : args.map(arg => shardPathOf(root, arg)), long)
  if (json) await output.document({ restored, skipped: skipped.map(({ path, shardPath, reason }) => ({ path, shardPath, reason })) })
  else
    await output.text(
      restored.length > 0 ? restored.map(({ shardPath }) => `restored ${terminalSafe(shardPath)}\n`).join('') : 'nothing was restored\n'
    )
  for (const { shardPath, reason, cause } of skipped)
    if (all && cause === 'taken') await output.note(`lewm-cache: left ${shardPath} in quarantine: ${reason}`)
  // With --all, a place that is taken is no fault; a shard that was named and stays is one.
  const faults = skipped.filter(({ cause }) => !all || cause === 'refused')
  if (await printNotMoved(output, 'restore', faults)) return EXIT.system
  // Where every place is taken, nothing was done, as for shards that were named.
  return skipped.length > 0 && restored.length === 0 ? EXIT.usage : EXIT.ok
}
