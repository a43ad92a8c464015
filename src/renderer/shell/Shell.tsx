/** The panes of an open cache, in their saved sizes. */

import { clsx } from 'clsx'
import { useCallback, useEffect, useRef } from 'react'
import { Group, type Layout, Panel, Separator, usePanelRef } from 'react-resizable-panels'
import { z } from 'zod/mini'
import { desktop } from '../data/client.ts'
import { Inspector } from '../inspector/Inspector.tsx'
import type { Opening } from '../state/opening.ts'
import { useSetting } from '../state/settings.tsx'
import { useRest } from '../state/useRest.ts'
import { useSignal, useWorkspace } from '../state/WorkspaceProvider.tsx'
import type { DrawerPanel } from '../state/workspace.ts'
import { NoticeLine } from '../ui/frames/Notice.tsx'
import { Banners } from './Banners.tsx'
import { Centre } from './Centre.tsx'
import { Drawer } from './Drawer.tsx'
import { useCommands } from './keys/useCommands.ts'
import { useKeys } from './keys/useKeys.ts'
import { Sheets } from './Sheets.tsx'
import classes from './Shell.module.css'
import { StatusBar } from './StatusBar.tsx'
import { TopBar } from './topBar/TopBar.tsx'
import { ScopeTree } from './tree/ScopeTree.tsx'

const layoutSchema = z.record(z.string(), z.number())
const panelSchema = z.enum(['problems', 'jobs', 'log'])
const COLUMNS: Layout = { tree: 20, centre: 57, inspector: 23 }
const ROWS: Layout = { main: 76, drawer: 24 }
const DRAWER_BAR = 29

export function Shell({ opening }: { readonly opening: Opening }) {
  const { ask } = useWorkspace('ask')
  const [columns, keepColumns] = useSetting('paneColumns', layoutSchema, COLUMNS)
  const [rows, keepRows] = useSetting('paneRows', layoutSchema, ROWS)
  const [panel, setPanel] = useSetting<DrawerPanel>('drawerPanel', panelSchema, 'problems')
  const drawer = usePanelRef()
  const commands = useCommands(opening)

  const toggleDrawer = useCallback(() => {
    const handle = drawer.current
    if (handle?.isCollapsed()) handle.expand()
    else handle?.collapse()
  }, [drawer])
  useKeys(toggleDrawer)
  useRest()
  useSignal('drawer', signal => {
    setPanel(signal.panel)
    drawer.current?.expand()
  })

  const latest = useRef(commands)
  latest.current = commands
  useEffect(
    () =>
      desktop()?.onMenuCommand(command => {
        if (command === 'lookup') ask({ kind: 'lookup' })
        // The parent opens and closes this shell.
        else if (command !== 'open' && command !== 'close-cache') latest.current.find(({ id }) => id === command)?.run()
      }),
    [ask]
  )

  return (
    <div className={classes.shell}>
      <TopBar opening={opening} commands={commands} />
      <NoticeLine />
      <Banners />
      <main className={classes.rows}>
        <Group
          orientation='vertical'
          defaultLayout={rows}
          onLayoutChanged={(layout, { isUserInteraction }) => isUserInteraction && keepRows(layout)}
        >
          <Panel id='main' minSize={160}>
            <Group
              orientation='horizontal'
              defaultLayout={columns}
              onLayoutChanged={(layout, { isUserInteraction }) => isUserInteraction && keepColumns(layout)}
            >
              <Panel id='tree' minSize={140} groupResizeBehavior='preserve-pixel-size'>
                <nav className={clsx(classes.pane, classes.tree)} data-pane='tree' aria-label='Cache contents'>
                  <ScopeTree />
                </nav>
              </Panel>
              <Separator className={classes.vertical} aria-label='Width of the tree' />
              <Panel id='centre' minSize={320}>
                <section className={classes.pane} data-pane='centre' aria-label='Views of the selection'>
                  <Centre />
                </section>
              </Panel>
              <Separator className={classes.vertical} aria-label='Width of the inspector' />
              <Panel id='inspector' minSize={260} groupResizeBehavior='preserve-pixel-size'>
                <div className={classes.side} data-pane='inspector'>
                  <Inspector />
                </div>
              </Panel>
            </Group>
          </Panel>
          <Separator className={classes.horizontal} aria-label='Height of the drawer' />
          <Panel
            id='drawer'
            panelRef={drawer}
            minSize={110}
            collapsible
            collapsedSize={DRAWER_BAR}
            groupResizeBehavior='preserve-pixel-size'
          >
            <section className={classes.pane} data-pane='drawer' aria-label='Problems, jobs and log'>
              <Drawer panel={panel} onPanel={setPanel} onToggle={toggleDrawer} />
            </section>
          </Panel>
        </Group>
      </main>
      <StatusBar />
      <Sheets />
    </div>
  )
}
