/** A service with a separate data folder, called directly, with functions that wait for its reports. Closed after the test file. */
import type { InferContractRouterInputs } from '@orpc/contract'
import { createRouterClient, ORPCError, type RouterClient } from '@orpc/server'
import { afterAll, onTestFinished } from 'vitest'
import { createService, type Service } from '../../src/main/service/index.ts'
import type { ServiceRouter } from '../../src/main/service/rpc/router.ts'
import type { CacheSummary, Contract, JobEvent, JobOutcome, JobReport, JobRequest } from '../../src/shared/contract/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

/** The query for the table of shards. */
export type PageInput = Omit<InferContractRouterInputs<Contract>['shards']['page'], 'cacheId' | 'offset' | 'limit'>

/** All shards in path order. */
export const EVERYTHING: PageInput = { scope: {}, text: '', health: [], sort: { by: 'shardPath', descending: false } }

export type TestClient = RouterClient<ServiceRouter>

const services: Service[] = []

afterAll(async () => {
  for (const service of services.splice(0)) await service.close()
})

export function openTestService(dataFolder = temporaryFolder()): { client: TestClient; service: Service; dataFolder: string } {
  const service = createService({ dataFolder })
  services.push(service)
  return { client: createRouterClient(service.router), service, dataFolder }
}

/** Waits for the first matching summary of a cache. */
export async function summaryWhen(client: TestClient, cacheId: string, wanted: (summary: CacheSummary) => boolean): Promise<CacheSummary> {
  for await (const summary of await client.caches.watch({ cacheId })) if (wanted(summary)) return summary
  throw new Error('the cache was closed')
}

/** Opens a cache and waits until the scan is complete. */
export async function openWhole(client: TestClient, path: string): Promise<CacheSummary> {
  const { cacheId } = await client.caches.open({ path })
  return summaryWhen(client, cacheId, isWhole)
}

export function isWhole({ scan }: CacheSummary): boolean {
  return scan.state === 'done'
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

/** Runs a job and returns all of its events. */
export async function jobEvents(client: TestClient, cacheId: string, request: JobRequest): Promise<JobEvent[]> {
  const { jobId } = await client.jobs.start({ cacheId, request })
  return collect(await client.jobs.attach({ jobId }))
}

export function endOf(events: readonly JobEvent[]): JobOutcome {
  const last = events.at(-1)
  if (last?.type !== 'end') throw new Error('the events do not end')
  return last.end
}

/** Runs a job that must succeed. */
export async function doJob<K extends JobRequest['kind']>(
  client: TestClient,
  cacheId: string,
  request: Extract<JobRequest, { kind: K }>
): Promise<Extract<JobReport, { kind: K }>> {
  const end = endOf(await jobEvents(client, cacheId, request))
  if (end.outcome !== 'done') throw new Error(`the job ended as ${JSON.stringify(end)}`)
  if (!isOfKind(end.report, request.kind)) throw new Error(`a report of another kind, ${end.report.kind}`)
  return end.report
}

function isOfKind<K extends JobReport['kind']>(report: JobReport, kind: K): report is Extract<JobReport, { kind: K }> {
  return report.kind === kind
}

/** The error of a call that must fail with an error of the contract. */
export async function faultOf(call: Promise<unknown>): Promise<{ code: string; message: string; details: unknown; defined: boolean }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof ORPCError)) throw error
    return { code: error.code, message: error.message, details: error.data?.details, defined: error.defined }
  }
  throw new Error('the call did not fail')
}

/** Sets an environment variable for the rest of a test. */
export function setVariable(name: string, value: string): void {
  const before = process.env[name]
  process.env[name] = value
  onTestFinished(() => {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  })
}
