/** What a Node that runs the service is started with. */

/**
 * V8's nursery otherwise grows to 64 MiB for each thread while a cache is scanned, and what once was there is never given back: for
 * 100,000 shards this halves the memory of the process (267 MiB to 140), and one that serves for an hour stays as small as it began.
 */
export const SERVICE_SWITCHES: readonly string[] = ['--max-semi-space-size=4']

/**
 * The C library's heap otherwise has a part for each thread, of which nothing is given back (5 MiB from the start), and keeps ever larger
 * pieces for the next time (another 4).
 */
export const SERVICE_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536'
}
