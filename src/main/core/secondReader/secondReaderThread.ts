/** Entry of a thread that runs hyparquet. It answers one request after another until it is terminated. */
import { parentPort } from 'node:worker_threads'
import { type LinkPolicy, setLinkPolicy } from '../fs/links.ts'
import { adoptLimits, type Limits } from '../limits/limits.ts'
import { compareShard, type Difference } from './compareShard.ts'
import { failureText } from './failureText.ts'
import { type RawReading, readRawRows } from './rawRows.ts'
import type { RawRange } from './topLevelColumns.ts'

/** A request to a thread, with the caller's limits and link policy. Paths are absolute. */
export type SecondOrder = { readonly path: string; readonly limits: Limits; readonly links: LinkPolicy } & (
  | { readonly ask: 'compare' }
  | { readonly ask: 'rows'; readonly range: RawRange }
)

/** The answer of a thread. `ready` is sent once, when it can read. `failed` gives the reason why a file could not be read. */
export type SecondAnswer =
  | { readonly answer: 'ready' }
  | { readonly answer: 'differences'; readonly differences: readonly Difference[] }
  | { readonly answer: 'rows'; readonly rows: RawReading }
  | { readonly answer: 'failed'; readonly reason: string }

parentPort?.on('message', (order: SecondOrder) => {
  void answerTo(order).then(answer => parentPort?.postMessage(answer))
})

// hyparquet reads columns concurrently. If one fails early, the promises of the others are never awaited.
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
