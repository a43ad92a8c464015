/** One cause: its impact, the remedy, and the list of all its places. */

import { useMemo, useState } from 'react'
import type { Scope } from '../../../shared/contract/index.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import { useStartJob } from '../../jobs/useStartJob.ts'
import { useGridLayout } from '../../state/useGridLayout.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { adviceOf, isChangedMeanwhile } from '../../text/findings/findingAdvice.ts'
import { pairOf, pairsOf } from '../../text/findings/pairs.ts'
import { formatCount, sharedEncoder } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import { useMemoryGrid } from '../../ui/tables/model/useMemoryGrid.ts'
import { type Cause, causeTitle, movableShards, shardsToVerify } from './causes.ts'
import { ConflictView, KeptView } from './PairView.tsx'
import classes from './Problems.module.css'
import { type Place, placeColumns } from './placeColumns.tsx'

/** @param scope limits the causes */
export function CauseView({ cause, scope }: { readonly cause: Cause; readonly scope: Scope }) {
  const { ask, summary } = useWorkspace('ask', 'summary')
  const start = useStartJob()
  const { kind, severity, findings, firstLook, changed } = cause
  // Rows of another layout than the index has do not get into it by a rebuild.
  const isRebuilt = summary.index.isRebuildable && kind !== 'index_other_layout'
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
          ) : kind === 'index_busy' ? (
            <Button small onClick={() => void start({ kind: 'verify' })}>
              Verify again
            </Button>
          ) : kind === 'missing_shard' ? (
            <MissingButtons findings={findings} scope={scope} />
          ) : severity === 'index' ? (
            isRebuilt && (
              <Button small onClick={() => ask({ kind: 'reindex' })}>
                Rebuild the index…
              </Button>
            )
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
      <Places cause={cause} />
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

function Places({ cause: { findings, severity } }: { readonly cause: Cause }) {
  const { go, selection } = useWorkspace('go', 'selection')
  const [at, setAt] = useState<string | null>(null)
  const above = useMemo(() => sharedEncoder(findings.map(({ shardPath }) => shardPath)), [findings])
  const columns = useMemo(() => placeColumns(above, severity === 'missing'), [above, severity])
  const places = useMemo(() => findings.map((found, number): Place => ({ key: String(number), found })), [findings])
  const open = ({ found }: Place): void => {
    if (found.severity === 'index' && !found.shardPath.endsWith('.parquet')) go({ tab: 'index' })
    else go({ shardPath: found.shardPath, rowOffset: null })
  }
  // Until a place is chosen here, it is one in the selected shard.
  const cursor = at ?? places.find(({ found }) => found.shardPath === selection.shardPath)?.key ?? null
  const grid = useMemoryGrid(places, columns, keyOf, cursor, (place, byKey) => {
    setAt(place.key)
    if (!byKey) open(place)
  })
  const place = places[Number(at ?? 0)]?.found
  const pair = place === undefined || isChangedMeanwhile(place) ? null : pairOf(place)
  return (
    <div className={classes.split}>
      <div className={classes.places}>
        <DataGrid
          id='problem'
          name='Places'
          columns={columns}
          {...grid}
          layout={useGridLayout(severity === 'missing' ? 'missingPlace' : 'place')}
          isPaneEntry={false}
          onOpen={index => {
            const opened = grid.source.at(index)
            if (opened !== undefined) open(opened)
          }}
          fileName='findings'
        />
      </div>
      {pair !== null && (place?.kind === 'conflicting_key' ? <ConflictView pair={pair} /> : <KeptView pair={pair} />)}
    </div>
  )
}

function keyOf({ key }: Place): string {
  return key
}
