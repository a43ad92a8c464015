/** The drawer below: what is wrong, what runs, what was written down. */
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { JobsPanel } from '../panels/jobs/JobsPanel.tsx'
import { LogPanel } from '../panels/log/LogPanel.tsx'
import { ProblemsPanel } from '../panels/problems/ProblemsPanel.tsx'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { sickShards } from '../text/verified.ts'
import controls from '../ui/styles/controls.module.css'
import classes from './Centre.module.css'
import own from './Drawer.module.css'

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
