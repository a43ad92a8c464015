/** The tabs in the centre: six looks at one selection. */
import { useEffect, useRef } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { enterPane, isFocusLost } from '../state/keys/panes.ts'
import { TAB_NAMES } from '../state/keys/tabNames.ts'
import { TABS } from '../state/selection.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCount } from '../text/index.ts'
import controls from '../ui/styles/controls.module.css'
import { HeatMapTab } from '../views/heatMap/HeatMapTab.tsx'
import { IndexTab } from '../views/index/IndexTab.tsx'
import { MapTab } from '../views/map/MapTab.tsx'
import { QuarantineTab } from '../views/quarantine/QuarantineTab.tsx'
import { RowsTab } from '../views/rows/RowsTab.tsx'
import { ShardsTab } from '../views/shardTable/ShardsTab.tsx'
import classes from './Centre.module.css'

export function Centre() {
  const { selection, go, summary, request, ask } = useWorkspace()
  const counts: Partial<Record<(typeof TABS)[number], readonly [count: number, what: string]>> = {
    index: [summary.index.drift ?? 0, 'entries that differ'],
    quarantine: [summary.quarantined, 'files']
  }
  const { tab: shown } = selection
  const before = useRef(shown)
  const entering = useRef(() => {})
  useEffect(() => {
    if (before.current === shown) return
    before.current = shown
    // The keys go on in what is shown now when what they were in has gone.
    const frame = requestAnimationFrame(() => {
      if (!isFocusLost() && !isOnOtherTab()) return
      entering.current()
      entering.current = enterPane('centre')
    })
    return () => cancelAnimationFrame(frame)
  }, [shown])
  useEffect(() => {
    if (request?.kind !== 'centre') return
    ask(null)
    entering.current()
    entering.current = enterPane('centre')
  }, [request, ask])
  useEffect(() => () => entering.current(), [])
  return (
    <Tabs
      className={classes.tabs}
      selectedKey={selection.tab}
      onSelectionChange={key => {
        const tab = TABS.find(name => name === key)
        if (tab !== undefined) go({ tab })
      }}
    >
      <TabList className={classes.list} aria-label='Looks at the selection'>
        {TABS.map(tab => (
          <Tab key={tab} id={tab} className={classes.tab}>
            {TAB_NAMES[tab]}
            <Count of={counts[tab]} />
          </Tab>
        ))}
      </TabList>
      {/* Stays mounted: it holds which lines are ticked and how far one has scrolled. */}
      <TabPanel id='shards' className={classes.panel} shouldForceMount>
        <ShardsTab />
      </TabPanel>
      <TabPanel id='map' className={classes.panel}>
        <MapTab />
      </TabPanel>
      <TabPanel id='rows' className={classes.panel}>
        <RowsTab />
      </TabPanel>
      <TabPanel id='heatmap' className={classes.panel}>
        <HeatMapTab />
      </TabPanel>
      <TabPanel id='index' className={classes.panel}>
        <IndexTab />
      </TabPanel>
      <TabPanel id='quarantine' className={classes.panel}>
        <QuarantineTab />
      </TabPanel>
    </Tabs>
  )
}

function Count({ of: [count, what] = [0, ''] }: { readonly of?: readonly [count: number, what: string] | undefined }) {
  if (count === 0) return null
  return (
    <span className={classes.count} title={`${formatCount(count)} ${what}`}>
      {formatCount(count)}
      <span className={controls.hidden}> {what}</span>
    </span>
  )
}

/** Whether the focus is on a tab that is not the one shown. */
function isOnOtherTab(): boolean {
  return document.activeElement?.matches('[data-pane=centre] [role=tab]:not([aria-selected=true])') ?? false
}
