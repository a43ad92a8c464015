/** Repeated measurements of one operation. The first run warms up and is never counted. */

/** Counted runs, in ms or bytes. */
export type Sample = { readonly unit: 'ms' | 'bytes'; readonly values: readonly number[] }

/** The same operation by another program. */
export type Comparison = {
  readonly who: string
  readonly sample: Sample
  /** The minimum ratio of its median to that of lewm-cache: 10 means ten times as fast, 1/3 within three times as slow. */
  readonly atLeast?: number
}

/** One measured operation, of lewm-cache and of other programs. */
export type Measurement = {
  readonly what: string
  readonly own: Sample
  /** The upper limit for lewm-cache, in the sample's unit. */
  readonly below?: number
  readonly others: readonly Comparison[]
}

/**
 * Times `work`, one call after the other.
 * @param work gets the number of its run: 0 for the warm-up, then 1 to `runs`
 */
export async function timeRuns(runs: number, work: (run: number) => unknown): Promise<Sample> {
  const values: number[] = []
  for (let run = 0; run <= runs; run++) {
    const started = performance.now()
    await work(run)
    const ms = performance.now() - started
    if (run > 0) values.push(ms)
  }
  return { unit: 'ms', values }
}

/** A sample with every value divided by `by`, such as the time of a cache per shard. */
export function perPart({ unit, values }: Sample, by: number): Sample {
  return { unit, values: values.map(value => value / by) }
}

/** The middle value, or the mean of the two in the middle. */
export function medianOf({ values }: Sample): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new RangeError('a sample without values has no median')
  return (lower + upper) / 2
}

/** Throws if an operation did not have the expected outcome, because then its time means nothing. */
export function expectOutcome(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}. Nothing was measured`)
}
