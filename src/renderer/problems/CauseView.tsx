/** One cause: what it costs, what can be done, and its places as a list however long. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Finding } from '../../shared/model/finding.ts'
import { useStartJob } from '../app/useStartJob.ts'
import { formatCount } from '../format/index.ts'
import { capital } from '../shard/capital.ts'
import { adviceOf, kindTitle } from '../shard/findingAdvice.ts'
import { rowAfterKey } from '../shard/rowKeys.ts'
import { ShardName } from '../shard/ShardName.tsx'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import { type Cause, movableShards, placeText } from './causes.ts'
import classes from './Problems.module.css'

const ROW = 24

export function CauseView({ cause }: { readonly cause: Cause }) {
  const { ask } = useWorkspace()
  const start = useStartJob()
  const { kind, severity, findings } = cause
  const [first] = findings
  const movable = movableShards(cause)
  const button = `${controls.button} ${controls.small}`
  const advice = first === undefined ? null : adviceOf(first, null)
  return (
    <section className={classes.right} aria-label={kindTitle(kind)}>
      <div className={classes.advice}>
        <p className={controls.grow}>
          {advice?.cost} <span className={classes.remedy}>{advice?.remedy}</span>
        </p>
        <span className={classes.buttons}>
          {severity === 'index' ? (
            <button type='button' className={button} onClick={() => ask({ kind: 'reindex' })}>
              Rebuild the index…
            </button>
          ) : (
            <button type='button' className={button} onClick={() => void start({ kind: 'verify', shards: [...shardsOf(findings)] })}>
              Verify again
            </button>
          )}
          {movable.length > 0 && severity !== 'corrupt' && (
            <button type='button' className={button} onClick={() => ask({ kind: 'quarantine', shards: movable })}>
              Quarantine {formatCount(movable.length)}…
            </button>
          )}
          {severity === 'corrupt' && (
            <button type='button' className={button} onClick={() => ask({ kind: 'repair' })}>
              Repair…
            </button>
          )}
        </span>
      </div>
      <Places findings={findings} />
    </section>
  )
}

function shardsOf(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.map(({ shardPath }) => shardPath))
}

function Places({ findings }: { readonly findings: readonly Finding[] }) {
  const { go, selection } = useWorkspace()
  const scroller = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const virtual = useVirtualizer({ count: findings.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 })
  const items = virtual.getVirtualItems()
  useEffect(() => {
    if (at !== null && at < findings.length) virtual.scrollToIndex(at, { align: 'auto' })
  }, [at, findings.length, virtual])
  const open = (index: number): void => {
    const found = findings[index]
    setAt(index)
    if (found === undefined) return
    if (found.severity === 'index' && !found.shardPath.endsWith('.parquet')) go({ tab: 'index' })
    else go({ shardPath: found.shardPath, rowOffset: null })
  }
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW) / ROW) - 1)
    const next = rowAfterKey(event.key, at, findings.length, page)
    if (next !== null) setAt(next)
    else if (event.key === 'Enter' && at !== null) open(at)
    else return
    event.preventDefault()
  }
  return (
    <div ref={scroller} className={classes.scroller}>
      <div
        className={classes.places}
        role='listbox'
        aria-label='Places; Enter shows the shard'
        tabIndex={0}
        aria-activedescendant={items.some(item => item.index === at) ? placeId(at) : undefined}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={press}
      >
        {items.map(({ index, start }) => {
          const found = findings[index]
          if (found === undefined) return null
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list itself hears the keys, as only it has the focus
            <div
              key={index}
              id={placeId(index)}
              className={classes.place}
              role='option'
              tabIndex={-1}
              aria-posinset={index + 1}
              aria-setsize={findings.length}
              aria-selected={at === null ? found.shardPath === selection.shardPath : index === at}
              style={{ transform: `translateY(${start}px)` }}
              onClick={() => open(index)}
            >
              <ShardName path={found.shardPath} />
              <span className={classes.where}>{placeText(found)}</span>
              <span className={classes.message} title={capital(found.message)}>
                {capital(found.message)}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

function placeId(index: number | null): string {
  return `problem-${index}`
}
