/** The drawer below: what is wrong, what runs, what was written down. */
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { formatCounted } from '../format/index.ts'
import { JobsPanel } from '../jobs/JobsPanel.tsx'
import { LogPanel } from '../jobs/LogPanel.tsx'
import { ProblemsPanel } from '../problems/ProblemsPanel.tsx'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import classes from './Centre.module.css'
import own from './Drawer.module.css'
import { sickShards } from './verified.ts'

export type DrawerPanel = 'problems' | 'jobs' | 'log'
const PANELS = ['problems', 'jobs', 'log'] as const satisfies readonly DrawerPanel[]

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
        const chosen = PANELS.find(name => name === key)
        if (chosen !== undefined) onPanel(chosen)
      }}
    >
      <div className={own.bar}>
        <TabList className={`${classes.list} ${own.list}`} aria-label='Drawer'>
          <Tab id='problems' className={classes.tab}>
            Problems
            {problems > 0 && <span className={classes.count}>{formatCounted(problems, 'shard')}</span>}
          </Tab>
          <Tab id='jobs' className={classes.tab}>
            Jobs
          </Tab>
          <Tab id='log' className={classes.tab}>
            Log
          </Tab>
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
      <TabPanel id='problems' className={classes.panel}>
        <ProblemsPanel />
      </TabPanel>
      <TabPanel id='jobs' className={classes.panel}>
        <JobsPanel />
      </TabPanel>
      <TabPanel id='log' className={classes.panel}>
        <LogPanel />
      </TabPanel>
    </Tabs>
  )
}
