/** The drawer at the bottom: problems, jobs and the log. */

import { Boundary } from '../parts/Boundary.tsx'
import { type LazyComponent, lazyComponent } from '../parts/lazyComponent.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import type { DrawerPanel } from '../state/workspace.ts'
import { formatCounted } from '../text/index.ts'
import { sickShards } from '../text/verified.ts'
import { Button } from '../ui/controls/Button.tsx'
import { DrawerIcon } from '../ui/controls/Icons.tsx'
import { Tabs } from '../ui/frames/Tabs.tsx'

type PanelEntry = { readonly id: DrawerPanel; readonly title: string; readonly Component: LazyComponent<object> }

/** In tab order. */
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
  const { summary } = useWorkspace('summary')
  const problems = sickShards(summary)
  return (
    <Tabs
      name='Drawer'
      tabs={PANELS.map(({ id, title, Component }) => ({
        id,
        title,
        count: id === 'problems' && problems > 0 ? { text: formatCounted(problems, 'shard') } : null,
        content: (
          <Boundary name={`The panel “${title}”`}>
            <Component />
          </Boundary>
        )
      }))}
      shown={panel}
      onShow={onPanel}
      aside={
        <Button kind='quiet' small square onClick={onToggle} aria-label='Show or hide the drawer' title='Show or hide the drawer'>
          <DrawerIcon />
        </Button>
      }
    />
  )
}
