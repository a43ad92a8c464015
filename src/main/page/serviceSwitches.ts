/** Switches of a Node process that runs the service. */

/**
 * By default, V8's nursery grows to 64 MiB per thread during a scan, and is never released. For 100,000 shards this reduces the memory of
 * the process (267 MiB to 140), and a process that runs for an hour does not grow.
 */
export const SERVICE_SWITCHES: readonly string[] = ['--max-semi-space-size=4']

/**
 * By default, the C library's heap has an arena per thread, of which nothing is released (5 MiB from the start), and keeps increasingly
 * large blocks (another 4).
 */
export const SERVICE_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536'
}
