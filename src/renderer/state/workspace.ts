/**
 * The open cache, its selection and the open sheet, in one store. Each part of the window names the fields that it shows, and renders again
 * only when they have changed. Pure except for the store.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CacheSummary, JobInfo, Scope } from '../../shared/contract/index.ts'
import { back, forward, go, type History, newHistory, type Selection } from './selection.ts'
import type { Version } from './version.ts'

export type DrawerPanel = 'problems' | 'jobs' | 'log'

/** A sheet over the window, with its subject. */
export type SheetRequest =
  | { readonly kind: 'repair' }
  | { readonly kind: 'reindex' }
  /** `keeping`: for a shard whose keys another one also holds, the path of that one. */
  | { readonly kind: 'quarantine'; readonly shards: readonly string[]; readonly keeping?: Readonly<Record<string, string>> }
  | { readonly kind: 'restore'; readonly which: 'all' | readonly string[] }
  | { readonly kind: 'forget'; readonly shards: readonly string[] }
  /** A list of the missing windows of a scope. */
  | { readonly kind: 'exportLost'; readonly scope: Scope }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'about' }

/** A single action, by the part of the window that performs it. */
export type Signal =
  /** Moves the focus to the search box. */
  | { readonly kind: 'lookup' }
  /** Moves the focus to the content of the centre. */
  | { readonly kind: 'centre' }
  | { readonly kind: 'drawer'; readonly panel: DrawerPanel }

export type Workspace = {
  readonly cacheId: string
  readonly summary: CacheSummary
  /** The cache's version, at a limited rate. As the last part of a query's key it repeats the query. */
  readonly version: Version
  /** Jobs on this cache, latest first. */
  readonly jobs: readonly JobInfo[]
  readonly selection: Selection
  readonly canGoBack: boolean
  readonly canGoForward: boolean
  /** The open sheet, null for none. */
  readonly sheet: SheetRequest | null
  /** The latest signal of each kind. */
  readonly signals: { readonly [K in Signal['kind']]?: Extract<Signal, { kind: K }> }
  go(change: Partial<Selection>): void
  back(): void
  forward(): void
  /** Opens a sheet, or sends a signal. */
  ask(request: SheetRequest | Signal): void
  closeSheet(): void
  closeCache(): void
}

export type WorkspaceStore = StoreApi<Workspace>

/** @param start the selection to begin with */
export function createWorkspace(first: CacheSummary, start: Selection | undefined, closeCache: () => void): WorkspaceStore {
  let history = newHistory(start)
  return createStore<Workspace>(set => {
    const move = (next: History): void => {
      if (next === history) return
      history = next
      set(shown(next))
    }
    return {
      cacheId: first.cacheId,
      summary: first,
      version: { version: first.version },
      jobs: [],
      ...shown(history),
      sheet: null,
      signals: {},
      go: change => move(go(history, change)),
      back: () => move(back(history)),
      forward: () => move(forward(history)),
      ask: request => {
        if (isSignal(request)) set(({ signals }) => ({ signals: { ...signals, [request.kind]: { ...request } } }))
        else set({ sheet: request })
      },
      closeSheet: () => set({ sheet: null }),
      closeCache
    }
  })
}

function shown({ past, now, future }: History): Pick<Workspace, 'selection' | 'canGoBack' | 'canGoForward'> {
  return { selection: now, canGoBack: past.length > 0, canGoForward: future.length > 0 }
}

function isSignal(request: SheetRequest | Signal): request is Signal {
  return request.kind === 'lookup' || request.kind === 'centre' || request.kind === 'drawer'
}
