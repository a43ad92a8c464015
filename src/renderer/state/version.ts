/** Limits the rate of cache versions, because a job changes the version five times a second. Forgets older answers. */
import type { QueryClient } from '@tanstack/react-query'

const PACE_MS = 700

/** The last part of the key of a query on the cache. Another version makes it another query. */
export type Version = { readonly version: number }

/** Reports the latest version at most every 700 ms, and always reports the last one. */
export function paceVersions(report: (version: number) => void): { next(version: number): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let reportedMs = Number.NEGATIVE_INFINITY
  let latest = 0
  return {
    next: version => {
      latest = version
      timer ??= setTimeout(
        () => {
          timer = undefined
          reportedMs = performance.now()
          report(latest)
        },
        Math.max(0, reportedMs + PACE_MS - performance.now())
      )
    },
    stop: () => clearTimeout(timer)
  }
}

/** Answers stay in memory for a view that is shown again. Answers of an earlier version would never be used. */
export function forgetOlder(queries: QueryClient, { version }: Version): void {
  queries.removeQueries({
    type: 'inactive',
    predicate: ({ queryKey }) => {
      const last = queryKey.at(-1)
      return typeof last === 'object' && last !== null && 'version' in last && last.version !== version
    }
  })
}
