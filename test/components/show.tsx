/** Shows components in the page of a test, with what they need around them. */
import '../../src/renderer/ui/styles/tokens.css'
import '../../src/renderer/ui/styles/base.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach } from 'vitest'
import { ClientContext } from '../../src/renderer/data/ClientProvider.tsx'
import type { Client } from '../../src/renderer/data/client.ts'
import { useWorkspace, WorkspaceProvider } from '../../src/renderer/state/WorkspaceProvider.tsx'
import type { Workspace } from '../../src/renderer/state/workspace.ts'
import { NoticeProvider } from '../../src/renderer/ui/frames/Notice.tsx'
import type { CacheSummary } from '../../src/shared/contract/index.ts'

const shown: { readonly root: Root; readonly place: HTMLElement }[] = []

afterEach(() => {
  for (const { root, place } of shown.splice(0)) {
    root.unmount()
    place.remove()
  }
})

/** Shows it in `#root`, as the window does. */
export function show(node: ReactNode): void {
  const place = document.createElement('div')
  place.id = 'root'
  // As in the window, nothing scrolls but what is in it.
  Object.assign(place.style, { position: 'fixed', inset: '0', overflow: 'hidden' })
  document.body.append(place)
  const root = createRoot(place)
  root.render(<NoticeProvider>{node}</NoticeProvider>)
  shown.push({ root, place })
}

async function* nothing(): AsyncGenerator<never> {}

function Watcher({ report }: { readonly report: (workspace: Workspace) => void }) {
  report(useWorkspace('selection', 'go', 'back', 'canGoBack', 'ask') as Workspace)
  return null
}

/** The answers of the service to the calls that a test is about. */
type Answers = Readonly<Record<string, Readonly<Record<string, (input: never) => Promise<unknown>>>>>

/**
 * Shows it in an open cache.
 * @returns the workspace as it is now
 */
export function showInCache(node: ReactNode, answers: Answers = {}, index: Partial<CacheSummary['index']> = {}): () => Workspace {
  const watch = async () => nothing()
  // Only the calls of the test are made. All others would fail it.
  const client = { caches: { watch }, jobs: { watch }, ...answers } as unknown as Client
  const first = { cacheId: 'c', version: 1, index } as CacheSummary
  const latest: { workspace?: Workspace } = {}
  show(
    <ClientContext value={client}>
      <QueryClientProvider client={new QueryClient()}>
        <WorkspaceProvider first={first} onClose={() => {}}>
          <Watcher report={workspace => Object.assign(latest, { workspace })} />
          {node}
        </WorkspaceProvider>
      </QueryClientProvider>
    </ClientContext>
  )
  return () => {
    if (latest.workspace === undefined) throw new Error('the cache is not shown yet')
    return latest.workspace
  }
}
