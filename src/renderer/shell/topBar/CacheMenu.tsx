/** Which cache is open, and the way to another one. */
import { useQuery } from '@tanstack/react-query'
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { useClient } from '../../data/ClientProvider.tsx'
import type { Opening } from '../../state/opening.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { shortenMiddle } from '../../text/index.ts'
import controls from '../../ui/styles/controls.module.css'
import type { Command } from '../keys/useCommands.ts'
import classes from './CacheMenu.module.css'

const LISTED = ['open', 'close-cache', 'shortcuts', 'about']

export function CacheMenu({ opening, commands }: { readonly opening: Opening; readonly commands: readonly Command[] }) {
  const client = useClient()
  const { summary } = useWorkspace()
  const recent = useQuery({ queryKey: ['recent'], queryFn: ({ signal }) => client.caches.recent(undefined, { signal }), staleTime: 0 })
  const others = (recent.data ?? []).filter(({ path, exists }) => exists && path !== summary.root)
  return (
    <MenuTrigger>
      <Button className={`${controls.button} ${controls.quiet} ${classes.trigger}`}>
        <span className={controls.hidden}>Cache </span>
        <svg width='14' height='14' viewBox='0 0 14 14' fill='none' stroke='currentColor' strokeWidth='1.3' aria-hidden='true'>
          <path d='M1.5 2.5h11v9h-11zM5.5 2.5v9' />
          <path d='M1.5 2.5h4v9h-4z' fill='currentColor' fillOpacity='.35' stroke='none' />
        </svg>
        <span className={classes.path} title={summary.root}>
          {shortenMiddle(summary.root, 44)}
        </span>
        <svg width='8' height='8' viewBox='0 0 8 8' fill='none' stroke='currentColor' strokeWidth='1.4' aria-hidden='true'>
          <path d='m1 2.5 3 3 3-3' />
        </svg>
      </Button>
      <Popover className={controls.menu} placement='bottom start'>
        <Menu className={controls.menuList} aria-label='Caches'>
          {others.length > 0 && (
            <MenuSection>
              <Header className={controls.menuHeader}>Recent caches</Header>
              {others.map(({ path, pinned }) => (
                <MenuItem key={path} id={path} textValue={path} className={controls.menuItem} onAction={() => opening.openFolder(path)}>
                  <span className={controls.mono}>{shortenMiddle(path, 64)}</span>
                  {pinned && <span className={controls.muted}>pinned</span>}
                </MenuItem>
              ))}
            </MenuSection>
          )}
          {others.length > 0 && <Separator className={controls.menuLine} />}
          <MenuItem id='sample' className={controls.menuItem} onAction={() => opening.openSample(false)}>
            The sample cache
          </MenuItem>
          <MenuItem id='damaged-sample' className={controls.menuItem} onAction={() => opening.openSample(true)}>
            The damaged sample
          </MenuItem>
          <Separator className={controls.menuLine} />
          {commands
            .filter(({ id }) => LISTED.includes(id))
            .map(({ id, name, keys, run }) => (
              <MenuItem key={id} id={id} textValue={name} className={controls.menuItem} onAction={run}>
                <span>{name}</span>
                {keys !== undefined && <kbd className={controls.muted}>{keys}</kbd>}
              </MenuItem>
            ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
