/** The drawer below: what is wrong, what runs, what was written down. */
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { Boundary } from '../parts/Boundary.tsx'
import { type LazyComponent, lazyComponent } from '../parts/lazyComponent.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { sickShards } from '../text/verified.ts'
import controls from '../ui/styles/controls.module.css'
import classes from './Centre.module.css'
import own from './Drawer.module.css'

export type DrawerPanel = 'problems' | 'jobs' | 'log'

type PanelEntry = { readonly id: DrawerPanel; readonly title: string; readonly Component: LazyComponent<object> }

/** In the order of their tabs. */
const PANELS: readonly PanelEntry[] = [
  {
    id: 'problems',
    title: 'Problems',
    Component: lazyComponent(async () => (await import('../panels/problems/ProblemsPanel.tsx')).ProblemsPanel)
  },
  { id: 'jobs', title: 'Jobs', Component: lazyComponent(async () => (await import('../panels/jobs/JobsPanel.tsx')).JobsPanel) },
  { id: 'log', title: 'Log', Component: lazyComponent(async () => (await import('../panels/log/LogPanel.tsx')).LogPanel) }
]

export function Drawer({
  panel,
  onPanel,
  onToggle
}: {
  readonly panel: DrawerPanel
  readonly onPanel: (panel: DrawerPanel) => void
  readonly onToggle: () => void
}) {
  const { summary } = useWorkspace()
  const problems = sickShards(summary)
  return (
    <Tabs
      className={classes.tabs}
      selectedKey={panel}
      onSelectionChange={key => {
        const chosen = PANELS.find(({ id }) => id === key)
        if (chosen !== undefined) onPanel(chosen.id)
      }}
    >
      <div className={own.bar}>
        <TabList className={`${classes.list} ${own.list}`} aria-label='Drawer'>
          {PANELS.map(({ id, title }) => (
            <Tab key={id} id={id} className={classes.tab}>
              {title}
              {id === 'problems' && problems > 0 && <span className={classes.count}>{formatCounted(problems, 'shard')}</span>}
            </Tab>
          ))}
        </TabList>
        <button
          type='button'
          className={`${controls.button} ${controls.quiet} ${controls.small}`}
          onClick={onToggle}
          aria-label='Show or hide the drawer'
          title='Show or hide the drawer'
        >
          <svg width='12' height='12' viewBox='0 0 12 12' fill='none' stroke='currentColor' aria-hidden='true'>
            <path d='M1.5 1.5h9v9h-9zM1.5 7.5h9' />
          </svg>
        </button>
      </div>
      {PANELS.map(({ id, title, Component }) => (
        <TabPanel key={id} id={id} className={classes.panel}>
          <Boundary name={`The panel “${title}”`}>
            <Component />
          </Boundary>
        </TabPanel>
      ))}
    </Tabs>
  )
}
