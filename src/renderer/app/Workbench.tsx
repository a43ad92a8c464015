/** An open cache: the panes around one selection, as they were left the last time. */
import { useEffect, useState } from 'react'
import type { CacheSummary } from '../../shared/contract/index.ts'
import { useWorkspace, WorkspaceProvider } from '../workspace/WorkspaceProvider.tsx'
import { type KeptSelections, keepSelection, keptSelectionsSchema, selectionOf } from './keptSelection.ts'
import { NoticeProvider } from './Notice.tsx'
import type { Opening } from './opening.ts'
import { Shell } from './Shell.tsx'
import { useSetting } from './settings.tsx'

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
  const { summary, selection } = useWorkspace()
  const [kept, keep] = useSetting('selections', keptSelectionsSchema, NONE)
  const { root } = summary
  useEffect(() => {
    if (kept[0]?.root === root && JSON.stringify(kept[0].selection) === JSON.stringify(selection)) return
    keep(keepSelection(kept, root, selection))
  }, [kept, keep, root, selection])
  return null
}
