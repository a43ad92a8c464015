/** What a piece of work takes, run after run: the first run warms up and is never counted. */

/** Counted runs, in ms or bytes. */
export type Sample = { readonly unit: 'ms' | 'bytes'; readonly values: readonly number[] }

/** Somebody else at the same work. */
export type Comparison = {
  readonly who: string
  readonly sample: Sample
  /** What their median divided by ours should be at least: 10 is ten times as fast, 1/3 within three times as slow. */
  readonly atLeast?: number
}

/** One thing that was measured, here and by others. */
export type Measurement = {
  readonly what: string
  readonly ours: Sample
  /** What ours should stay below, in the sample's unit. */
  readonly below?: number
  readonly others: readonly Comparison[]
}

/**
 * Times `work`, one call after the other.
 * @param work gets the number of its run: 0 for the one that is not counted, then 1 to `runs`
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

/** A sample with every value divided by `by`: a cache's time as that of one shard. */
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

/** Throws when a case did not do what it is measured for: a time for anything else would mean nothing. */
export function expectOutcome(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}; nothing was measured`)
}
