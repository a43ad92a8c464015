/** The shards of the selection: the lane above, the table, and what is chosen in it. */
import { useState } from 'react'
import type { Health } from '../../../shared/contract/index.ts'
import { Lane } from '../../parts/blocks/Lane.tsx'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { FilterBar } from './FilterBar.tsx'
import { ShardTable } from './ShardTable.tsx'

export function ShardsTab() {
  const { selection } = useWorkspace('selection')
  const [text, setText] = useState('')
  const [health, setHealth] = useState<readonly Health[]>([])
  return (
    <>
      <Lane />
      <FilterBar text={text} onText={setText} health={health} onHealth={setHealth} />
      <ShardTable scope={selection.scope} text={text} health={health} />
    </>
  )
}
