/** The cache's version at a pace that views can follow, and older answers forgotten: a job changes the version five times a second. */
import type { QueryClient } from '@tanstack/react-query'

const PACE_MS = 700

/** The last part of the key of what changes with the cache: another version is another thing to ask for. */
export type Version = { readonly version: number }

/** Reports the latest version at most every 700 ms, and in the end always the latest. */
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

/** Answers are kept for a while for a view that is shown again. Those of an earlier version would never be shown. */
export function forgetOlder(queries: QueryClient, { version }: Version): void {
  queries.removeQueries({
    type: 'inactive',
    predicate: ({ queryKey }) => {
      const last = queryKey.at(-1)
      return typeof last === 'object' && last !== null && 'version' in last && last.version !== version
    }
  })
}
