/** What of the selection the table shows: part of a path, and which healths. */

import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { HEALTHS } from '../../../shared/contract/constants.ts'
import type { Health } from '../../../shared/contract/index.ts'
import { useTree } from '../../state/queries/useTree.ts'
import { isWhole, scopeKey } from '../../state/scope.ts'
import { useSetting } from '../../state/settings.tsx'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatCount, healthShort, healthWord } from '../../text/index.ts'
import { HealthMark } from '../../ui/HealthMark.tsx'
import controls from '../../ui/styles/controls.module.css'
import { COLUMN_NAMES, FIRST_VISIBLE } from './columns.tsx'
import classes from './FilterBar.module.css'
import { visibleSchema } from './ShardGrid.tsx'

export function FilterBar({
  text,
  onText,
  health,
  onHealth,
  givenWay
}: {
  readonly text: string
  readonly onText: (text: string) => void
  readonly health: readonly Health[]
  readonly onHealth: (health: readonly Health[]) => void
  /** Columns that were chosen and that there is no room for. */
  readonly givenWay: readonly string[]
}) {
  const counts = useHealthCounts()
  const offered = HEALTHS.filter(kind => (counts[kind] ?? 0) > 0 || health.includes(kind))
  return (
    <div className={classes.bar} role='toolbar' aria-label='Filter of the table'>
      <input
        type='search'
        className={`${controls.input} ${classes.text}`}
        value={text}
        onChange={event => onText(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape' || text === '') return
          event.stopPropagation()
          onText('')
        }}
        placeholder='Part of a path'
        aria-label='Show only shards with this in their path'
        spellCheck={false}
      />
      <div className={classes.chips}>
        {offered.map(kind => (
          <button
            key={kind}
            type='button'
            className={controls.chip}
            aria-pressed={health.includes(kind)}
            title={`Show only what is ${healthWord(kind)}`}
            onClick={() => onHealth(health.includes(kind) ? health.filter(other => other !== kind) : [...health, kind])}
          >
            <HealthMark mark={kind} word={healthShort(kind)} />
            {formatCount(counts[kind] ?? 0)}
          </button>
        ))}
      </div>
      <ColumnMenu givenWay={givenWay} />
    </div>
  )
}

/** How many shards of each health the selection holds, whatever the filter. */
function useHealthCounts(): Partial<Record<Health, number>> {
  const { summary, selection } = useWorkspace()
  const tree = useTree()
  if (isWhole(selection.scope)) return summary.health
  const key = scopeKey(selection.scope)
  return tree.find(({ scope }) => scopeKey(scope) === key)?.health ?? {}
}

function ColumnMenu({ givenWay }: { readonly givenWay: readonly string[] }) {
  const [visible, keepVisible] = useSetting('shardColumns', visibleSchema, FIRST_VISIBLE)
  const ids = Object.keys(COLUMN_NAMES).filter(id => id !== 'shardPath')
  return (
    <MenuTrigger>
      <Button className={`${controls.button} ${controls.quiet} ${controls.small}`}>Columns</Button>
      <Popover className={controls.menu} placement='bottom end'>
        <Menu
          aria-label='Columns of the table'
          selectionMode='multiple'
          selectedKeys={ids.filter(id => visible[id] !== false && !givenWay.includes(id))}
          onSelectionChange={keys => keepVisible(Object.fromEntries(ids.map(id => [id, keys === 'all' || keys.has(id)])))}
          shouldCloseOnSelect={false}
        >
          {ids.map(id => (
            <MenuItem key={id} id={id} textValue={COLUMN_NAMES[id] ?? id} className={controls.menuItem}>
              {({ isSelected }) => (
                <>
                  <span>{COLUMN_NAMES[id]}</span>
                  {givenWay.includes(id) ? (
                    <span className={controls.muted}>hidden: too narrow</span>
                  ) : (
                    <span aria-hidden='true'>{isSelected ? '✓' : ''}</span>
                  )}
                </>
              )}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
