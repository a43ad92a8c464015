/** Entry of a thread in which hyparquet runs. It answers one order after the other until it is ended. */
import { parentPort } from 'node:worker_threads'
import { type LinkPolicy, setLinkPolicy } from '../fs/links.ts'
import { adoptLimits, type Limits } from '../limits/limits.ts'
import { compareShard, type Difference } from './compareShard.ts'
import { failureText } from './failureText.ts'
import { type RawReading, readRawRows } from './rawRows.ts'
import type { RawRange } from './topLevelColumns.ts'

/** What a thread is asked, with the limits and the policy on links of the caller. Paths are absolute. */
export type SecondOrder = { readonly path: string; readonly limits: Limits; readonly links: LinkPolicy } & (
  | { readonly ask: 'compare' }
  | { readonly ask: 'rows'; readonly range: RawRange }
)

/** What it answers; `ready` once, when it can read; `failed` says why a file could not be read. */
export type SecondAnswer =
  | { readonly answer: 'ready' }
  | { readonly answer: 'differences'; readonly differences: readonly Difference[] }
  | { readonly answer: 'rows'; readonly rows: RawReading }
  | { readonly answer: 'failed'; readonly reason: string }

parentPort?.on('message', (order: SecondOrder) => {
  void answerTo(order).then(answer => parentPort?.postMessage(answer))
})

// hyparquet reads columns side by side, and where one fails early it leaves the promises of the others behind.
process.on('unhandledRejection', () => undefined)

parentPort?.postMessage({ answer: 'ready' } satisfies SecondAnswer)

async function answerTo(order: SecondOrder): Promise<SecondAnswer> {
  adoptLimits(order.limits)
  setLinkPolicy(order.links)
  try {
    if (order.ask === 'compare') return { answer: 'differences', differences: await compareShard(order.path, order.limits) }
    return { answer: 'rows', rows: await readRawRows(order.path, order.range, order.limits) }
  } catch (error) {
    return { answer: 'failed', reason: failureText(error) }
  }
}
