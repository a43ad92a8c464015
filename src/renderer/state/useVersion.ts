/** The cache's version at a pace that views can follow, and what was asked for at earlier ones forgotten: a job changes it five times a second. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

const PACE = 700

/** The last part of the key of what changes with the cache: another version is another thing to ask for. */
export type Version = { readonly version: number }

/**
 * The latest version, or one that is at most 700 ms old; it comes to rest at the latest. One for the whole window, so that nothing is
 * asked for twice.
 */
export function useVersion(version: number): Version {
  const queries = useQueryClient()
  const [paced, setPaced] = useState<Version>({ version })
  const latest = useRef(version)
  const changedMs = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    latest.current = version
    if (timer.current !== undefined) return
    timer.current = setTimeout(
      () => {
        timer.current = undefined
        changedMs.current = performance.now()
        setPaced(before => (before.version === latest.current ? before : { version: latest.current }))
      },
      Math.max(0, changedMs.current + PACE - performance.now())
    )
  }, [version])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    []
  )
  // By now every view has gone on to the new one: effects of what lies within come first.
  useEffect(() => forgetOlder(queries, paced), [queries, paced])
  return paced
}

/** Answers are kept for a while for who comes back; those of an earlier version would never be shown again. */
export function forgetOlder(queries: QueryClient, { version }: Version): void {
  queries.removeQueries({
    type: 'inactive',
    predicate: ({ queryKey }) => {
      const last = queryKey.at(-1)
      return typeof last === 'object' && last !== null && 'version' in last && last.version !== version
    }
  })
}
