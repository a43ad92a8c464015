/**
 * `restore`: moves shards from quarantine to their original paths. Files at these paths are never replaced; with `--all` an occupied path
 * is not an error.
 */
import { InputError } from '../../../shared/model/errors.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { restoreShards } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { printNotMoved } from '../reports/notMoved.ts'

export type RestoreOptions = { readonly all?: boolean }

export const run: Run<RestoreOptions> = async (context, { all = false }, args) => {
  const { json, output, long } = context
  if (all === args.length > 0) throw new InputError('name the shards to restore, or use --all')
  const root = await cacheRootOf(context)
  const { restored, skipped } = await restoreShards(root, all ? 'all' : args.map(arg => shardPathOf(root, arg)), long)
  if (json) await output.document({ restored, skipped: skipped.map(({ path, shardPath, reason }) => ({ path, shardPath, reason })) })
  else
    await output.text(
      restored.length > 0 ? restored.map(({ shardPath }) => `restored ${terminalSafe(shardPath)}\n`).join('') : 'nothing restored\n'
    )
  for (const { shardPath, reason, cause } of skipped)
    if (all && cause === 'taken') await output.note(`lewm-cache: kept ${shardPath} in quarantine: ${reason}`)
  // With --all, an occupied path is not an error. If the shard was named, it is one.
  const faults = skipped.filter(({ cause }) => !all || cause === 'refused')
  if (await printNotMoved(output, 'restore', faults)) return EXIT.system
  // If every path is occupied, nothing was done, which is an error as for named shards.
  return skipped.length > 0 && restored.length === 0 ? EXIT.usage : EXIT.ok
}
