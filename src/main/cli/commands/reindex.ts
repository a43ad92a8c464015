/** `reindex`: the seed's reindex_cache. */
import { terminalSafe } from '../../../shared/terminalText.ts'
import { reindexCache } from '../../core/index.ts'
import { cacheRootOf } from '../cacheFolder.ts'
import type { Run } from '../context.ts'
import { exitCodeOfFindings } from '../exitCodes.ts'
import { findingsText } from '../findingsText.ts'
import { countOf } from '../numbers.ts'

export const run: Run<{ readonly workers?: number }> = async (context, { workers }) => {
  const { json, output, long } = context
  const report = await reindexCache(await cacheRootOf(context), { ...long, workers })
  const { indexedShards, indexedRows, indexPath, findings } = report
  if (json) await output.document(report)
  else {
    const summary = `indexed ${countOf(indexedRows, 'row')} of ${countOf(indexedShards, 'shard')} in ${terminalSafe(indexPath)}\n`
    await output.text(`${summary}${findingsText(findings)}`)
  }
  return exitCodeOfFindings(findings)
}
