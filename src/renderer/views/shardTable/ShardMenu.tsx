/** What can be done with the chosen shards, at the pointer or below the cursor. */
import { useRef } from 'react'
import { Menu, MenuItem, Popover } from 'react-aria-components'
import { MOD } from '../../state/keys/keys.ts'
import { formatCounted } from '../../text/index.ts'
import controls from '../../ui/styles/controls.module.css'
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
      <Popover
        className={controls.menu}
        triggerRef={place}
        aria-label={`What can be done with ${shards}`}
        isOpen={at !== null}
        onOpenChange={open => !open && onClose()}
        placement='bottom start'
        offset={0}
      >
        <Menu
          autoFocus='first'
          aria-label={`What can be done with ${shards}`}
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
          <MenuItem id='rows' className={controls.menuItem} textValue='Open the rows'>
            <span>Open the rows</span>
            <kbd className={controls.muted}>Enter</kbd>
          </MenuItem>
          <MenuItem id='verify' className={controls.menuItem}>
            Verify {shards}
          </MenuItem>
          <MenuItem id='quarantine' className={controls.menuItem}>
            Quarantine {shards}…
          </MenuItem>
          <MenuItem id='copy' className={controls.menuItem} textValue='Copy as TSV'>
            <span>Copy as TSV</span>
            <kbd className={controls.muted}>{MOD} C</kbd>
          </MenuItem>
          <MenuItem id='path' className={controls.menuItem}>
            {count === 1 ? 'Copy the path' : 'Copy the paths'}
          </MenuItem>
        </Menu>
      </Popover>
    </>
  )
}
