/** Which cache is open, and the way to another one. */

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../data/api.ts'
import type { Opening } from '../../state/opening.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { shortenMiddle } from '../../text/index.ts'
import { CacheIcon, DownIcon } from '../../ui/controls/Icons.tsx'
import { MenuButton, MenuEntry, MenuGroup, MenuLine } from '../../ui/controls/Menu.tsx'
import { Hidden } from '../../ui/text/Text.tsx'
import type { Command } from '../keys/useCommands.ts'
import classes from './CacheMenu.module.css'

const LISTED = ['open', 'close-cache', 'shortcuts', 'about']

export function CacheMenu({ opening, commands }: { readonly opening: Opening; readonly commands: readonly Command[] }) {
  const api = useApi()
  const { summary } = useWorkspace('summary')
  const recent = useQuery(api.caches.recent.queryOptions({ staleTime: 0 }))
  const others = (recent.data ?? []).filter(({ path, exists }) => exists && path !== summary.root)
  return (
    <MenuButton
      name='Caches'
      kind='quiet'
      placement='bottom start'
      className={classes.trigger}
      face={
        <>
          <Hidden>Cache </Hidden>
          <CacheIcon />
          <span className={classes.path} title={summary.root}>
            {shortenMiddle(summary.root, 44)}
          </span>
          <DownIcon />
        </>
      }
    >
      {others.length > 0 && (
        <MenuGroup title='Recent caches'>
          {others.map(({ path, pinned }) => (
            <MenuEntry
              key={path}
              id={path}
              name={path}
              mono
              aside={pinned ? 'pinned' : undefined}
              onAction={() => opening.openFolder(path)}
            />
          ))}
        </MenuGroup>
      )}
      {others.length > 0 && <MenuLine />}
      <MenuEntry id='sample' name='The sample cache' onAction={() => opening.openSample(false)} />
      <MenuEntry id='damaged-sample' name='The damaged sample' onAction={() => opening.openSample(true)} />
      <MenuLine />
      {commands
        .filter(({ id }) => LISTED.includes(id))
        .map(({ id, name, keys, run }) => (
          <MenuEntry key={id} id={id} name={name} aside={keys === undefined ? undefined : <kbd>{keys}</kbd>} onAction={run} />
        ))}
    </MenuButton>
  )
}
