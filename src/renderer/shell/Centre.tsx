/** The tabs in the centre: every view of the registry, all on the same selection. */

import { type ReactNode, useEffect, useRef } from 'react'
import { Boundary } from '../parts/Boundary.tsx'
import { Gone, useIsGone } from '../parts/Gone.tsx'
import { NoRow, NoShard } from '../parts/NotSelected.tsx'
import { enterPane, isFocusLost } from '../state/keys/panes.ts'
import { VIEW_IDS } from '../state/viewIds.ts'
import { useSignal, useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCount } from '../text/index.ts'
import { Tabs } from '../ui/frames/Tabs.tsx'
import { type Badge, VIEWS, type View } from '../views/views.ts'

export function Centre() {
  const { selection, go, summary } = useWorkspace('selection', 'go', 'summary')
  const { tab: shown } = selection
  const before = useRef(shown)
  const entering = useRef(() => {})
  useEffect(() => {
    if (before.current === shown) return
    before.current = shown
    // Moves the focus to the current content when the focused element is gone.
    const frame = requestAnimationFrame(() => {
      if (!isFocusLost() && !isOnOtherTab()) return
      entering.current()
      entering.current = enterPane('centre')
    })
    return () => cancelAnimationFrame(frame)
  }, [shown])
  useSignal('centre', () => {
    entering.current()
    entering.current = enterPane('centre')
  })
  useEffect(() => () => entering.current(), [])
  return (
    <Tabs
      name='Views of the selection'
      tabs={VIEW_IDS.map(id => ({
        id,
        title: VIEWS[id].title,
        count: countOf(VIEWS[id].badge?.(summary)),
        isKept: VIEWS[id].isKept ?? false,
        content: (
          <Boundary name={`The view “${VIEWS[id].title}”`}>
            <ViewOfSelection view={VIEWS[id]} />
          </Boundary>
        )
      }))}
      shown={selection.tab}
      onShow={tab => go({ tab })}
    />
  )
}

/** Shows a view once what it needs is selected. */
function ViewOfSelection({ view }: { readonly view: View }) {
  const { shardPath, rowOffset } = useWorkspace('selection').selection
  switch (view.needs) {
    case 'cache':
    case 'scope':
      return <view.Component />
    case 'shard':
      if (shardPath === null) return <NoShard shows={view.shows} />
      return (
        <OfShard key={shardPath} shardPath={shardPath}>
          <view.Component shardPath={shardPath} />
        </OfShard>
      )
    case 'row':
      if (shardPath === null || rowOffset === null) return <NoRow shows={view.shows} />
      return (
        <OfShard key={shardPath} shardPath={shardPath}>
          <view.Component shardPath={shardPath} rowOffset={rowOffset} />
        </OfShard>
      )
  }
}

/** A view of a shard, or where the shard is now. */
function OfShard({ shardPath, children }: { readonly shardPath: string; readonly children: ReactNode }) {
  return useIsGone(shardPath) ? <Gone shardPath={shardPath} /> : children
}

function countOf([count, noun]: Badge = [0, '']): { text: string; noun: string } | null {
  return count === 0 ? null : { text: formatCount(count), noun }
}

/** Whether the focus is on a tab other than the current one. */
function isOnOtherTab(): boolean {
  return document.activeElement?.matches('[data-pane=centre] [role=tab]:not([aria-selected=true])') ?? false
}
