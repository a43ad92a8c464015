/** A repair plan in the window. */
import { formatCounted } from '../../text/index.ts'
import type { JobView } from './jobView.ts'
import { Paths } from './reportParts.tsx'

export const plan: JobView<'plan'> = {
  sentence: ({ plan: { moves, checkedShards, reindex } }) => {
    const ticked = moves.filter(move => move.ticked).length
    const moving = ticked === 0 ? 'nothing has to move' : `${formatCounted(ticked, 'shard')} to quarantine`
    return `${formatCounted(checkedShards, 'shard')} checked: ${moving}${reindex ? ', index to rebuild' : ''}.`
  },
  Report: ({ done }) => <Paths title='To quarantine' paths={done.plan.moves.filter(move => move.ticked).map(move => move.shardPath)} />,
  document: done => done.plan
}
