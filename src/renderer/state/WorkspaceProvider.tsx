/** The workspace of the open cache, for every part of the window. It follows the cache and its jobs while it is mounted. */
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand/react'
import { useShallow } from 'zustand/react/shallow'
import type { CacheSummary } from '../../shared/contract/index.ts'
import { useClient } from '../data/ClientProvider.tsx'
import type { Selection } from './selection.ts'
import { forgetOlder, paceVersions } from './version.ts'
import { createWorkspace, type Signal, type Workspace, type WorkspaceStore } from './workspace.ts'

const WorkspaceContext = createContext<WorkspaceStore | null>(null)

function useWorkspaceStore(): WorkspaceStore {
  const store = useContext(WorkspaceContext)
  if (store === null) throw new Error('useWorkspace outside of WorkspaceProvider')
  return store
}

/** Some parts of the workspace. The caller renders again only when one of them has changed. */
export function useWorkspace<Name extends keyof Workspace>(...names: readonly Name[]): Pick<Workspace, Name> {
  const pick = (state: Workspace): Pick<Workspace, Name> =>
    Object.fromEntries(names.map(name => [name, state[name]])) as Pick<Workspace, Name>
  return useStore(useWorkspaceStore(), useShallow(pick))
}

/** Runs an effect for every signal of this kind, after the window has rendered the changes that came with it. */
export function useSignal<Kind extends Signal['kind']>(kind: Kind, act: (signal: Extract<Signal, { kind: Kind }>) => void): void {
  const signal = useStore(useWorkspaceStore(), ({ signals }) => signals[kind])
  const done = useRef(signal)
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (signal === undefined || signal === done.current) return
    done.current = signal
    latest.current(signal)
  }, [signal])
}

/**
 * Holds one open cache. Give it the cache's id as `key`.
 * @param start the initial selection
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
  const queries = useQueryClient()
  const [store] = useState(() => createWorkspace(first, start, onClose))
  const { cacheId } = first
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const pace = paceVersions(version => store.setState({ version: { version } }))
    const followCache = async (): Promise<void> => {
      for await (const summary of await client.caches.watch({ cacheId }, { signal })) {
        store.setState({ summary })
        if (summary.version !== store.getState().version.version) pace.next(summary.version)
      }
    }
    const followJobs = async (): Promise<void> => {
      for await (const jobs of await client.jobs.watch({ cacheId }, { signal })) store.setState({ jobs })
    }
    // ClientProvider shows a lost connection.
    followCache().catch(() => {})
    followJobs().catch(() => {})
    return () => {
      stop.abort()
      pace.stop()
    }
  }, [client, cacheId, store])
  const version = useStore(store, state => state.version)
  // Effects of children run first, so every view has already asked for the new version.
  useEffect(() => forgetOlder(queries, version), [queries, version])
  return <WorkspaceContext value={store}>{children}</WorkspaceContext>
}
