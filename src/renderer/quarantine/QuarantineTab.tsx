/** What lies in quarantine: where it came from, why and when, and the way back, for one or for all. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { QuarantineEntry } from '../../shared/model/report.ts'
import { sentenceOf } from '../app/faults.ts'
import { usePacedVersion } from '../app/usePacedVersion.ts'
import { useStartJob } from '../app/useStartJob.ts'
import { useClient } from '../client/ClientProvider.tsx'
import { formatAgo, formatBytes, formatCounted, formatTime, millisecondsOf } from '../format/index.ts'
import { rowAfterKey } from '../shard/rowKeys.ts'
import { ShardName } from '../shard/ShardName.tsx'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import classes from './Quarantine.module.css'
import { reasonsText, reasonText } from './reasons.ts'

const ROW = 24
const COLUMNS = ['Came from', 'Reason', 'Moved', 'Size'] as const

export function QuarantineTab() {
  const client = useClient()
  const { cacheId, summary } = useWorkspace()
  const start = useStartJob()
  const version = usePacedVersion()
  const listed = useQuery({
    queryKey: ['quarantine', cacheId, version],
    queryFn: ({ signal }) => client.quarantine({ cacheId }, { signal }),
    placeholderData: keepPreviousData
  })
  const [chosen, choose] = useState<string | null>(null)
  if (listed.isError) return <p className={classes.note}>{sentenceOf(listed.error)}</p>
  if (listed.data === undefined) return <p className={classes.note}>Looking into quarantine…</p>
  const entries = listed.data
  if (entries.length === 0) {
    return (
      <div className={controls.empty}>
        <p>Nothing is in quarantine.</p>
        <p>Shards that a repair or a person puts aside lie here until they are brought back. Nothing is ever deleted.</p>
      </div>
    )
  }
  const entry = entries.find(({ path }) => path === chosen) ?? null
  const busy = summary.writer !== null
  const button = `${controls.button} ${controls.small}`
  return (
    <div className={classes.tab}>
      <div className={classes.bar}>
        <span className={controls.grow}>
          {formatCounted(entries.length, 'file')} in quarantine, {formatBytes(entries.reduce((sum, { bytes }) => sum + bytes, 0))}
        </span>
        <button
          type='button'
          className={button}
          disabled={entry === null || busy}
          onClick={() => entry !== null && void start({ kind: 'restore', which: [entry.path] })}
        >
          Restore
        </button>
        <button type='button' className={button} disabled={busy} onClick={() => void start({ kind: 'restore', which: 'all' })}>
          Restore all
        </button>
      </div>
      <EntryGrid entries={entries} chosen={chosen} onChoose={choose} />
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
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    paddingStart: ROW,
    scrollPaddingStart: ROW
  })
  const items = virtual.getVirtualItems()
  const at = entries.findIndex(({ path }) => path === chosen)
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW * 2) / ROW) - 2)
    const next = rowAfterKey(event.key, at < 0 ? null : at, entries.length, page)
    const entry = next === null ? undefined : entries[next]
    if (next === null || entry === undefined) return
    event.preventDefault()
    onChoose(entry.path)
    virtual.scrollToIndex(next, { align: 'auto' })
  }
  return (
    <div className={classes.frame}>
      <div ref={scroller} className={classes.scroller}>
        <table
          className={classes.grid}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that keys move in is a grid
          role='grid'
          tabIndex={0}
          aria-label='Files in quarantine'
          aria-rowcount={entries.length + 1}
          aria-activedescendant={items.some(item => item.index === at) ? entryId(at) : undefined}
          style={{ height: virtual.getTotalSize() }}
          onKeyDown={press}
        >
          <thead>
            <tr className={classes.header} aria-rowindex={1}>
              {COLUMNS.map(name => (
                <th key={name} scope='col' className={name === 'Size' ? controls.number : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(({ index, start }) => {
              const entry = entries[index]
              if (entry === undefined) return null
              return (
                <tr
                  key={entry.path}
                  id={entryId(index)}
                  className={classes.row}
                  aria-rowindex={index + 2}
                  aria-selected={index === at}
                  style={{ transform: `translateY(${start}px)` }}
                  onClick={() => onChoose(entry.path)}
                >
                  <Cells entry={entry} />
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function entryId(index: number): string {
  return `quarantined-${index}`
}

function Cells({ entry }: { readonly entry: QuarantineEntry }) {
  const { shardPath, reasons, at, bytes } = entry
  const moved = at === null ? null : millisecondsOf(at)
  return (
    <>
      <td>
        <ShardName path={shardPath} />
      </td>
      <td className={classes.why} title={reasons.map(reasonText).join('\n')}>
        {reasonsText(reasons)}
      </td>
      <td title={formatTime(moved)}>{formatAgo(moved)}</td>
      <td className={controls.number}>{formatBytes(bytes)}</td>
    </>
  )
}

function EntryFacts({ entry }: { readonly entry: QuarantineEntry }) {
  const { path, shardPath, reasons, at } = entry
  return (
    <section className={classes.facts} aria-label='The chosen file'>
      <dl className={controls.facts}>
        <dt>Came from</dt>
        <dd className={controls.mono}>{shardPath}</dd>
        <dt>Lies at</dt>
        <dd className={controls.mono}>{path}</dd>
        <dt>Moved</dt>
        <dd>{at === null ? 'nobody wrote down when' : formatTime(millisecondsOf(at))}</dd>
        <dt>Reason</dt>
        <dd className={classes.reasons}>{reasonsText(reasons)}</dd>
      </dl>
    </section>
  )
}
