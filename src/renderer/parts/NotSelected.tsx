/** What a view shows while the shard or the row that it needs is not selected. */

import type { ReactNode } from 'react'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import controls from '../ui/styles/controls.module.css'

export function NoShard({ shows }: { readonly shows: string }) {
  return (
    <NotSelected what='shard' tab='shards'>
      Choose one in the table of shards or in the lane above it, or look a row up, to see {shows}.
    </NotSelected>
  )
}

export function NoRow({ shows }: { readonly shows: string }) {
  return (
    <NotSelected what='row' tab='rows'>
      Select one in the table of rows, or search for one, to see {shows}.
    </NotSelected>
  )
}

function NotSelected({ what, tab, children }: { readonly what: string; readonly tab: 'shards' | 'rows'; readonly children: ReactNode }) {
  const { go, ask } = useWorkspace()
  return (
    <div className={controls.empty}>
      <p>No {what} is selected.</p>
      <p>{children}</p>
      <p>
        <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => go({ tab })}>
          Show {tab}
        </button>{' '}
        <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => ask({ kind: 'lookup' })}>
          Look up…
        </button>
      </p>
    </div>
  )
}
