/** The open cache and the selection in it, for every view. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import type { CacheSummary, Scope } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import { back, forward, go, type History, newHistory, type Selection } from './selection.ts'
import { useVersion, type Version } from './useVersion.ts'

/** What sheets and panels are asked to open, from anywhere. */
export type Request =
  | { readonly kind: 'repair' }
  | { readonly kind: 'reindex' }
  /** `keeping`: for a shard whose keys another one holds too, the path of that one. */
  | { readonly kind: 'quarantine'; readonly shards: readonly string[]; readonly keeping?: Readonly<Record<string, string>> }
  | { readonly kind: 'restore'; readonly which: 'all' | readonly string[] }
  | { readonly kind: 'forget'; readonly shards: readonly string[] }
  /** A list of what is missing from a part of the cache. */
  | { readonly kind: 'exportLost'; readonly scope: Scope }
  | { readonly kind: 'lookup' }
  /** The focus, for what the centre shows. */
  | { readonly kind: 'centre' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'about' }
  | { readonly kind: 'drawer'; readonly panel: 'problems' | 'jobs' | 'log' }

export type Workspace = {
  readonly cacheId: string
  readonly summary: CacheSummary
  /** The cache's version at a pace that views can follow; as the last part of a query's key it makes a view ask again when something changed. */
  readonly version: Version
  readonly selection: Selection
  readonly canGoBack: boolean
  readonly canGoForward: boolean
  go(change: Partial<Selection>): void
  back(): void
  forward(): void
  /** The latest thing that somebody asked for, and a way to ask. */
  readonly request: Request | null
  ask(request: Request | null): void
  closeCache(): void
}

const WorkspaceContext = createContext<Workspace | null>(null)

/** The workspace; only inside `WorkspaceProvider`. */
export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext)
  if (workspace === null) throw new Error('useWorkspace outside of WorkspaceProvider')
  return workspace
}

/**
 * Holds one open cache; give it a `key` of the cache's id.
 * @param start the selection to begin with
 */
export function WorkspaceProvider({
  first,
  start,
  onClose,
  children
}: {
  readonly first: CacheSummary
  readonly start?: Selection
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  const client = useClient()
  const [summary, setSummary] = useState(first)
  const version = useVersion(summary.version)
  const [history, setHistory] = useState<History>(() => newHistory(start))
  const [request, ask] = useState<Request | null>(null)
  const { cacheId } = first
  useEffect(() => {
    const stop = new AbortController()
    const follow = async (): Promise<void> => {
      for await (const next of await client.caches.watch({ cacheId }, { signal: stop.signal })) setSummary(next)
    }
    // A line that is lost is shown by ClientProvider.
    follow().catch(() => {})
    return () => stop.abort()
  }, [client, cacheId])
  const workspace = useMemo<Workspace>(
    () => ({
      cacheId,
      summary,
      version,
      selection: history.now,
      canGoBack: history.past.length > 0,
      canGoForward: history.future.length > 0,
      go: change => setHistory(current => go(current, change)),
      back: () => setHistory(back),
      forward: () => setHistory(forward),
      request,
      ask,
      closeCache: onClose
    }),
    [cacheId, summary, version, history, request, onClose]
  )
  return <WorkspaceContext value={workspace}>{children}</WorkspaceContext>
}
