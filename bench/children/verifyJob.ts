/** A verification as a job of the service: the longest time that its event loop was blocked, and the time for a cancelled job to end. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createRouterClient } from '@orpc/server'
import { createService } from '../../src/main/service/index.ts'
import { expectOutcome } from '../measure.ts'

const [path = '', dataFolder = ''] = process.argv.slice(2)
const service = createService({ dataFolder })
const client = createRouterClient(service.router)
const { cacheId } = await client.caches.open({ path })
for await (const { scan } of await client.caches.watch({ cacheId })) if (scan.state === 'done') break

const delay = monitorEventLoopDelay({ resolution: 5 })
delay.enable()
expectOutcome('the job', (await verify()).outcome, 'done')
delay.disable()
const cancelled = await verify(true)
expectOutcome('the cancelled job', cancelled.outcome, 'cancelled')
process.stdout.write(JSON.stringify({ longestMs: delay.max / 1e6, cancelMs: cancelled.cancelMs }))
await service.close()

/** Runs one job to its end. With `cancel`, cancels it at its first progress report. */
async function verify(cancel = false): Promise<{ outcome: string; cancelMs: number }> {
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
  let cancelledAt = 0
  for await (const event of await client.jobs.attach({ jobId })) {
    if (event.type === 'end') return { outcome: event.end.outcome, cancelMs: performance.now() - cancelledAt }
    if (!cancel || cancelledAt > 0 || event.type !== 'progress') continue
    cancelledAt = performance.now()
    await client.jobs.cancel({ jobId })
  }
  throw new Error('the job did not end')
}
