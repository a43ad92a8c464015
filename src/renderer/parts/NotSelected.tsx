/** The content of a view while the shard or row that it needs is not selected. */

import type { ReactNode } from 'react'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { Button } from '../ui/controls/Button.tsx'
import { Empty } from '../ui/frames/Empty.tsx'

export function NoShard({ shows }: { readonly shows: string }) {
  return (
    <NotSelected what='shard' tab='shards'>
      Select one in the table of shards or in the lane above it, or search for a row, to see {shows}.
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
  const { go, ask } = useWorkspace('go', 'ask')
  return (
    <Empty>
      <p>No {what} is selected.</p>
      <p>{children}</p>
      <p>
        <Button small onClick={() => go({ tab })}>
          Show {tab}
        </Button>{' '}
        <Button small onClick={() => ask({ kind: 'lookup' })}>
          Search…
        </Button>
      </p>
    </Empty>
  )
}
