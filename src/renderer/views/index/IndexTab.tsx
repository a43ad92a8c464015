/** The index: whether it exists and matches the shards, where it differs and the impact, and a button to rebuild it. */

import { useMemo } from 'react'
import type { CacheSummary } from '../../../shared/contract/index.ts'
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'
import { useStartJob } from '../../jobs/useStartJob.ts'
import { useFindings } from '../../state/queries/queries.ts'
import { WHOLE } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { DRIFTS, driftOf } from '../../text/findings/drift.ts'
import { adviceOf, isChangedMeanwhile } from '../../text/findings/findingAdvice.ts'
import { capital, findingText, formatAgo, formatBytes, formatCount, formatCounted, formatTime, sharedEncoder } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import view from '../../ui/styles/view.module.css'
import { Facts } from '../../ui/text/Facts.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Mono, Muted } from '../../ui/text/Text.tsx'
import classes from './Index.module.css'

export function IndexTab() {
  const { summary, ask } = useWorkspace('summary', 'ask')
  const start = useStartJob()
  const found = useFindings(WHOLE)
  const findings = useMemo(
    () => (found.data?.findings ?? []).filter(each => each.severity === 'index' && !isChangedMeanwhile(each)),
    [found.data]
  )
  const { index } = summary
  // An index that was rebuilt since the last verification was built from the shards.
  const compared = Math.max(summary.lastVerifiedMs ?? 0, index.modifiedMs ?? 0)
  return (
    <div className={`${view.tab} ${classes.scrolls}`}>
      <div className={view.bar}>
        <span>
          <State summary={summary} />
        </span>
        <Button small disabled={index.state === 'missing'} onClick={() => void start({ kind: 'verify' })}>
          Compare with the shards
        </Button>
        <Button
          kind={!index.isRebuildable || (index.state === 'present' && index.drift === 0) ? 'plain' : 'primary'}
          small
          disabled={summary.writer !== null || !index.isRebuildable}
          onClick={() => ask({ kind: 'reindex' })}
        >
          Rebuild the index…
        </Button>
      </div>
      <Facts className={classes.facts}>
        <dt>File</dt>
        <Mono as='dd'>embeddings/index.sqlite</Mono>
        <dt>Size</dt>
        <dd>{index.state === 'missing' ? 'none' : formatBytes(index.bytes)}</dd>
        <dt>Written</dt>
        <dd title={formatTime(index.modifiedMs)}>{index.modifiedMs === null ? '–' : formatAgo(index.modifiedMs)}</dd>
        <dt>Compared</dt>
        <dd title={formatTime(compared)}>
          {index.state === 'missing' ? '–' : index.drift === null ? 'not since the index or a shard was written' : formatAgo(compared)}
        </dd>
      </Facts>
      <ul className={classes.drifts}>
        {DRIFTS.map(kind => (
          <Drift key={kind} kind={kind} findings={findings.filter(each => each.kind === kind)} known={index.drift !== null} />
        ))}
      </ul>
      {findings.some(({ kind }) => !DRIFTS.includes(kind)) && (
        <ul className={classes.drifts}>
          {findings
            .filter(({ kind }) => !DRIFTS.includes(kind))
            .map(found => (
              <li key={found.kind}>
                <HealthMark mark='damaged' word={findingText(found)} />
              </li>
            ))}
        </ul>
      )}
    </div>
  )
}

function State({ summary }: { readonly summary: CacheSummary }) {
  const { state, drift, reason } = summary.index
  if (state === 'missing') return <HealthMark mark='damaged' word='There is no index. A search by key finds nothing.' />
  if (state === 'unusable') return <HealthMark mark='damaged' word={`The index cannot be used${reason === null ? '' : `: ${reason}`}`} />
  if (state === 'unsupported') return <HealthMark mark='unsupported' word={capital(reason ?? 'the index was made by a newer GenoLeWM')} />
  if (drift === null) return <HealthMark mark='unverified' word='The index was not compared with all current shards' />
  if (drift === 0) return <HealthMark mark='verified' word='The index matches the shards' />
  return <HealthMark mark='suspect' word={`The index differs from the shards in ${formatCounted(drift, 'entry', 'entries')}`} />
}

const NAMES: Partial<Record<FindingKind, string>> = {
  row_without_entry: 'Rows without an entry',
  entry_without_row: 'Entries without a row',
  entry_elsewhere: 'Entries that point elsewhere',
  entry_outside: 'Entries that point outside the cache'
}

const SHOWN = 200

function Drift({ kind, findings, known }: { readonly kind: FindingKind; readonly findings: readonly Finding[]; readonly known: boolean }) {
  const { go } = useWorkspace('go')
  const [first] = findings
  const count = driftOf(findings)
  const above = sharedEncoder(findings.map(({ shardPath }) => shardPath))
  return (
    <li className={classes.drift}>
      <div className={classes.head}>
        <h2>{NAMES[kind] ?? kind}</h2>
        <span className={classes.count}>{known || count > 0 ? formatCount(count) : '–'}</span>
      </div>
      {first !== undefined && (
        <>
          <Muted as='p'>
            {adviceOf(first, null).cost} {adviceOf(first, null).remedy}
          </Muted>
          <ul className={classes.places}>
            {findings.slice(0, SHOWN).map(found => (
              <li key={`${found.shardPath} ${found.row} ${findingText(found)}`}>
                <Button kind='link' onClick={() => go({ shardPath: found.shardPath, rowOffset: null })}>
                  <ShardName path={found.shardPath} above={above} />
                </Button>
                <span className={classes.message} title={findingText(found)}>
                  {findingText(found)}
                </span>
              </li>
            ))}
            {findings.length > SHOWN && <Muted as='li'>and {formatCount(findings.length - SHOWN)} more</Muted>}
          </ul>
        </>
      )}
    </li>
  )
}
