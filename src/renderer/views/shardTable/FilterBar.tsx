/** Filters of the table: part of a path, and health. */

import type { Health } from '../../../shared/contract/index.ts'
import { BEST_FIRST } from '../../../shared/model/health.ts'
import { useTree } from '../../state/queries/useTree.ts'
import { isWhole, scopeKey } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatCount, healthShort, healthWord } from '../../text/index.ts'
import { Chip } from '../../ui/controls/Chip.tsx'
import { FilterField } from '../../ui/controls/Field.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import classes from './FilterBar.module.css'

export function FilterBar({
  text,
  onText,
  health,
  onHealth
}: {
  readonly text: string
  readonly onText: (text: string) => void
  readonly health: readonly Health[]
  readonly onHealth: (health: readonly Health[]) => void
}) {
  const counts = useHealthCounts()
  const offered = BEST_FIRST.filter(kind => (counts[kind] ?? 0) > 0 || health.includes(kind))
  return (
    <div className={classes.bar} role='toolbar' aria-label='Filter of the table'>
      <FilterField
        className={classes.text}
        value={text}
        onText={onText}
        placeholder='Part of a path'
        aria-label='Show only shards with this in their path'
      />
      <div className={classes.chips}>
        {offered.map(kind => (
          <Chip
            key={kind}
            isOn={health.includes(kind)}
            onChange={isOn => onHealth(isOn ? [...health, kind] : health.filter(other => other !== kind))}
            title={`Show only what is ${healthWord(kind)}`}
          >
            <HealthMark mark={kind} word={healthShort(kind)} />
            {formatCount(counts[kind] ?? 0)}
          </Chip>
        ))}
      </div>
    </div>
  )
}

/** The number of shards of each health in the selection, before filtering. */
function useHealthCounts(): Partial<Record<Health, number>> {
  const { summary, selection } = useWorkspace('summary', 'selection')
  const tree = useTree()
  if (isWhole(selection.scope)) return summary.health
  const key = scopeKey(selection.scope)
  return tree.find(({ scope }) => scopeKey(scope) === key)?.health ?? {}
}
