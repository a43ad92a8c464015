/** An open cache: the panes around one selection, restored from the last time. */
import { useEffect, useState } from 'react'
import type { CacheSummary } from '../../shared/contract/index.ts'
import { type KeptSelections, keepSelection, keptSelectionsSchema, selectionOf } from '../state/keptSelection.ts'
import type { Opening } from '../state/opening.ts'
import { useSetting } from '../state/settings.tsx'
import { useWorkspace, WorkspaceProvider } from '../state/WorkspaceProvider.tsx'
import { NoticeProvider } from '../ui/frames/Notice.tsx'
import { Shell } from './Shell.tsx'

const NONE: KeptSelections = []

export function Workbench({
  first,
  opening,
  onClose
}: {
  readonly first: CacheSummary
  readonly opening: Opening
  readonly onClose: () => void
}) {
  const [kept] = useSetting('selections', keptSelectionsSchema, NONE)
  const [start] = useState(() => selectionOf(kept, first.root))
  return (
    <WorkspaceProvider first={first} start={start} onClose={onClose}>
      <NoticeProvider>
        <SelectionKeeper />
        <Shell opening={opening} />
      </NoticeProvider>
    </WorkspaceProvider>
  )
}

function SelectionKeeper() {
  const { summary, selection } = useWorkspace('summary', 'selection')
  const [kept, keep] = useSetting('selections', keptSelectionsSchema, NONE)
  const { root } = summary
  useEffect(() => {
    if (kept[0]?.root === root && JSON.stringify(kept[0].selection) === JSON.stringify(selection)) return
    keep(keepSelection(kept, root, selection))
  }, [kept, keep, root, selection])
  return null
}
