/** What can be done with the chosen shards, at the pointer or below the cursor. */

import { useRef } from 'react'
import { MOD } from '../../state/keys/keys.ts'
import { formatCounted } from '../../text/index.ts'
import { MenuAt, MenuEntry } from '../../ui/controls/Menu.tsx'
import type { Actions } from './ShardActions.tsx'
import classes from './ShardMenu.module.css'

export function ShardMenu({
  at,
  onClose,
  count,
  actions
}: {
  readonly at: { readonly x: number; readonly y: number } | null
  readonly onClose: () => void
  readonly count: number
  readonly actions: Actions
}) {
  const place = useRef<HTMLSpanElement>(null)
  const shards = formatCounted(count, 'shard')
  return (
    <>
      <span ref={place} className={classes.place} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} />
      <MenuAt
        name={`What can be done with ${shards}`}
        place={place}
        isOpen={at !== null}
        onClose={onClose}
        onAction={key => {
          onClose()
          if (key === 'rows') actions.rows()
          else if (key === 'verify') actions.verify()
          else if (key === 'quarantine') actions.quarantine()
          else if (key === 'copy') actions.copy()
          else if (key === 'path') actions.copyPath()
        }}
        disabledKeys={count === 0 ? ['rows', 'verify', 'quarantine', 'copy', 'path'] : count === 1 ? [] : ['rows']}
      >
        <MenuEntry id='rows' name='Open the rows' aside={<kbd>Enter</kbd>} />
        <MenuEntry id='verify' name={`Verify ${shards}`} />
        <MenuEntry id='quarantine' name={`Quarantine ${shards}…`} />
        <MenuEntry id='copy' name='Copy as TSV' aside={<kbd>{MOD} C</kbd>} />
        <MenuEntry id='path' name={count === 1 ? 'Copy the path' : 'Copy the paths'} />
      </MenuAt>
    </>
  )
}
