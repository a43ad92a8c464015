/** One cause: its impact, the remedy, and the list of all its places. */

import { type KeyboardEvent, useMemo, useState } from 'react'
import type { Scope } from '../../../shared/contract/index.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import { useStartJob } from '../../state/useStartJob.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { adviceOf, isChangedMeanwhile } from '../../text/findings/findingAdvice.ts'
import { pairOf, pairsOf } from '../../text/findings/pairs.ts'
import { findingText, formatCount, sharedEncoder } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { useLines } from '../../ui/tables/useLines.ts'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { type Cause, causeTitle, movableShards, placeText, shardsToVerify } from './causes.ts'
import { ConflictView, KeptView } from './PairView.tsx'
import classes from './Problems.module.css'

/** @param scope limits the causes */
export function CauseView({ cause, scope }: { readonly cause: Cause; readonly scope: Scope }) {
  const { ask } = useWorkspace('ask')
  const start = useStartJob()
  const { kind, severity, findings, firstLook, changed } = cause
  const [first] = findings
  const movable = movableShards(cause)
  const advice = first === undefined ? null : adviceOf(first, null)
  return (
    <section className={classes.right} aria-label={causeTitle(cause)}>
      <div className={classes.advice}>
        <p>
          {firstLook && 'Found in the initial scan, not verified. '}
          {advice?.cost} <span className={classes.remedy}>{advice?.remedy}</span>
        </p>
        <span className={classes.buttons}>
          {changed ? (
            <VerifyChanged cause={cause} />
          ) : kind === 'index_unsupported' ? null : kind === 'index_busy' ? (
            <Button small onClick={() => void start({ kind: 'verify' })}>
              Verify again
            </Button>
          ) : kind === 'missing_shard' ? (
            <MissingButtons findings={findings} scope={scope} />
          ) : severity === 'index' ? (
            <Button small onClick={() => ask({ kind: 'reindex' })}>
              Rebuild the index…
            </Button>
          ) : (
            <Button small onClick={() => void start({ kind: 'verify', shards: [...shardsOf(findings)] })}>
              {firstLook
                ? `Verify ${shardsOf(findings).size === 1 ? 'it' : `these ${formatCount(shardsOf(findings).size)}`}`
                : 'Verify again'}
            </Button>
          )}
          {movable.length > 0 && severity !== 'corrupt' && (
            <Button small onClick={() => ask({ kind: 'quarantine', shards: movable, keeping: keptFor(movable, findings) })}>
              Quarantine {formatCount(movable.length)}…
            </Button>
          )}
          {severity === 'corrupt' && !firstLook && !changed && (
            <Button small onClick={() => ask({ kind: 'repair' })}>
              Repair…
            </Button>
          )}
        </span>
      </div>
      <Places findings={findings} />
    </section>
  )
}

/** For each shard whose keys another shard also holds: the shard that stays. */
function keptFor(shards: readonly string[], findings: readonly Finding[]): Readonly<Record<string, string>> {
  const seconds = pairsOf(findings).filter(({ second }) => shards.includes(second.shardPath))
  return Object.fromEntries(seconds.map(({ first, second }) => [second.shardPath, first.shardPath]))
}

/** Findings about files that changed during the verification need another verification, not a new index. */
function VerifyChanged({ cause }: { readonly cause: Cause }) {
  const start = useStartJob()
  const shards = shardsToVerify(cause)
  return (
    <Button small onClick={() => void start({ kind: 'verify', shards: shards ?? undefined })}>
      {shards === null ? 'Verify again' : shards.length === 1 ? 'Verify this shard' : `Verify these ${formatCount(shards.length)} shards`}
    </Button>
  )
}

/** A missing shard cannot be verified. */
function MissingButtons({ findings, scope }: { readonly findings: readonly Finding[]; readonly scope: Scope }) {
  const { ask, go } = useWorkspace('ask', 'go')
  return (
    <>
      {findings.some(({ details }) => details.reason === 'quarantined') && (
        <Button small onClick={() => go({ tab: 'quarantine' })}>
          Show quarantine
        </Button>
      )}
      <Button small onClick={() => ask({ kind: 'exportLost', scope })}>
        Export list…
      </Button>
      <Button small onClick={() => ask({ kind: 'forget', shards: [...shardsOf(findings)] })}>
        Forget…
      </Button>
    </>
  )
}

function shardsOf(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.map(({ shardPath }) => shardPath))
}

function Places({ findings }: { readonly findings: readonly Finding[] }) {
  const { go, selection } = useWorkspace('go', 'selection')
  const [at, setAt] = useState<number | null>(null)
  const { scroller, items, height, afterKey } = useLines(findings.length, at, 0)
  const above = useMemo(() => sharedEncoder(findings.map(({ shardPath }) => shardPath)), [findings])
  const open = (index: number): void => {
    const found = findings[index]
    setAt(index)
    if (found === undefined) return
    if (found.severity === 'index' && !found.shardPath.endsWith('.parquet')) go({ tab: 'index' })
    else go({ shardPath: found.shardPath, rowOffset: null })
  }
  const press = (event: KeyboardEvent): void => {
    const next = afterKey(event)
    if (next !== null) setAt(next)
    else if (event.key === 'Enter' && at !== null) open(at)
    else return
    event.preventDefault()
  }
  const place = findings[at ?? 0]
  const pair = place === undefined || isChangedMeanwhile(place) ? null : pairOf(place)
  return (
    <div className={classes.split}>
      <div ref={scroller} className={classes.scroller}>
        <div
          className={classes.places}
          role='listbox'
          aria-label='Places. Enter shows the shard.'
          tabIndex={0}
          data-missing={place?.severity === 'missing' ? '' : undefined}
          aria-activedescendant={items.some(item => item.index === at) ? placeId(at) : undefined}
          style={{ height }}
          onKeyDown={press}
        >
          {items.map(({ index, start }) => {
            const found = findings[index]
            if (found === undefined) return null
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and handles the keys
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
                <ShardName path={found.shardPath} above={above} />
                <span className={classes.where} title={placeText(found)}>
                  {placeText(found)}
                </span>
                <span className={classes.message} title={findingText(found)}>
                  {findingText(found)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
      {pair !== null && (place?.kind === 'conflicting_key' ? <ConflictView pair={pair} /> : <KeptView pair={pair} />)}
    </div>
  )
}

function placeId(index: number | null): string {
  return `problem-${index}`
}
