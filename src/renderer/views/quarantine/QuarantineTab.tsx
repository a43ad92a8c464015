/** Files in quarantine: original path, reason and time, and buttons to restore one or all. */

import { useMemo, useState } from 'react'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { useStartJob } from '../../jobs/useStartJob.ts'
import { useQuarantine } from '../../state/queries/queries.ts'
import { useGridLayout } from '../../state/useGridLayout.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatBytes, formatCounted, formatTime, millisecondsOf, sharedEncoder } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import view from '../../ui/styles/view.module.css'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import { useMemoryGrid } from '../../ui/tables/model/useMemoryGrid.ts'
import { Facts } from '../../ui/text/Facts.tsx'
import { Mono, Muted } from '../../ui/text/Text.tsx'
import classes from './Quarantine.module.css'
import { quarantineColumns } from './quarantineColumns.tsx'
import { reasonsText, reasonTexts } from './reasons.ts'

export function QuarantineTab() {
  const { summary, selection, ask } = useWorkspace('summary', 'selection', 'ask')
  const start = useStartJob()
  const listed = useQuarantine()
  const [chosen, choose] = useState<string | null>(null)
  if (listed.isError) return <p className={view.note}>{sentenceOf(listed.error)}</p>
  if (listed.data === undefined) return <p className={view.note}>Reading the quarantine…</p>
  const entries = listed.data
  if (entries.length === 0) {
    return (
      <Empty>
        <p>Nothing is in quarantine.</p>
        <p>A repair or a user moves shards here. They stay until they are restored. Nothing is ever deleted.</p>
      </Empty>
    )
  }
  // Until the user selects a file here, a selected shard that was moved to quarantine is shown.
  const entry =
    entries.find(({ path }) => path === chosen) ?? entries.findLast(({ shardPath }) => shardPath === selection.shardPath) ?? null
  const restore = (which: 'all' | readonly string[]): void => {
    if (summary.written) void start({ kind: 'restore', which: which === 'all' ? which : [...which] })
    else ask({ kind: 'restore', which })
  }
  const busy = summary.writer !== null
  return (
    <div className={view.tab}>
      <div className={view.bar}>
        <span>
          {formatCounted(entries.length, 'file')} in quarantine, {formatBytes(entries.reduce((sum, { bytes }) => sum + bytes, 0))}
        </span>
        <Button small disabled={entry === null || busy} onClick={() => entry !== null && restore([entry.path])}>
          Restore
        </Button>
        <Button small disabled={busy} onClick={() => restore('all')}>
          Restore all
        </Button>
      </div>
      <Muted as='p' className={classes.note}>
        Restore also rebuilds the index from the rows that can be read. Entries of unreadable rows are not restored.
      </Muted>
      <EntryGrid entries={entries} chosen={entry?.path ?? null} onChoose={choose} />
      {entry !== null && <EntryFacts entry={entry} />}
    </div>
  )
}

function EntryGrid({
  entries,
  chosen,
  onChoose
}: {
  readonly entries: readonly QuarantineEntry[]
  readonly chosen: string | null
  readonly onChoose: (path: string) => void
}) {
  const above = useMemo(() => sharedEncoder(entries.map(({ shardPath }) => shardPath)), [entries])
  const columns = useMemo(() => quarantineColumns(above), [above])
  const grid = useMemoryGrid(entries, columns, pathOf, chosen, ({ path }) => onChoose(path))
  return (
    <DataGrid
      id='quarantined'
      name='Files in quarantine'
      columns={columns}
      {...grid}
      layout={useGridLayout('quarantine')}
      fileName='quarantine'
    />
  )
}

function pathOf({ path }: QuarantineEntry): string {
  return path
}

function EntryFacts({ entry }: { readonly entry: QuarantineEntry }) {
  const { path, shardPath, at } = entry
  const reasons = reasonTexts(entry)
  return (
    <section className={classes.facts} aria-label='Selected file'>
      <Facts>
        <dt>{reasons.length > 1 ? 'Reasons' : 'Reason'}</dt>
        <dd className={classes.reasons}>
          {reasons.length === 0 ? (
            reasonsText(entry)
          ) : (
            <ul>
              {reasons.map(reason => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          )}
        </dd>
        <dt>Original path</dt>
        <Mono as='dd'>{shardPath}</Mono>
        <dt>Quarantined at</dt>
        <Mono as='dd'>{path}</Mono>
        <dt>Moved</dt>
        <dd>{at === null ? 'unknown' : formatTime(millisecondsOf(at))}</dd>
      </Facts>
    </section>
  )
}
