/** The inspector of a scope: its contents, its health and its findings. */

import type { CSSProperties } from 'react'
import type { CacheSummary, Health, Scope, TreeNode } from '../../shared/contract/index.ts'
import { SEVERITIES } from '../../shared/model/finding.ts'
import { BEST_FIRST } from '../../shared/model/health.ts'
import { VerifyButton } from '../jobs/VerifyButton.tsx'
import { SEVERITY_MARK } from '../parts/FindingList.tsx'
import { useFindings } from '../state/queries/queries.ts'
import { useTree } from '../state/queries/useTree.ts'
import { isWhole, scopeKey } from '../state/scope.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatAgo, formatBytes, formatCount, formatCounted, formatTime, healthFill } from '../text/index.ts'
import { scopeParts } from '../text/scopeText.ts'
import { wholeHealth } from '../text/verified.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CopyButton } from '../ui/controls/CopyButton.tsx'
import styles from '../ui/frames/Inspector.module.css'
import { PaneNote, Section } from '../ui/frames/Section.tsx'
import { Fact, Facts } from '../ui/text/Facts.tsx'
import { HealthMark } from '../ui/text/HealthMark.tsx'

type Totals = Pick<TreeNode, 'shards' | 'rows' | 'withoutRowCount' | 'bytes' | 'health'>

export function ScopePane() {
  const { selection, summary, ask } = useWorkspace('selection', 'summary', 'ask')
  const { scope } = selection
  const tree = useTree()
  const whole = isWhole(scope)
  const totals = whole
    ? { ...summary, health: wholeHealth(summary) }
    : (tree.find(node => scopeKey(node.scope) === scopeKey(scope)) ?? null)
  const parts = scopeParts(scope)
  return (
    <>
      <header className={styles.head}>
        <h2 className={styles.title}>
          <span className={styles.titleText}>{whole ? 'Whole cache' : parts.at(-1)?.value}</span>
        </h2>
        {whole && (
          <div className={styles.path}>
            {summary.root} <CopyButton text={summary.root} what='path of the cache' />
          </div>
        )}
      </header>
      {totals === null ? (
        <PaneNote tone='quiet'>{tree.length === 0 ? 'Adding up…' : 'This folder no longer contains any shards.'}</PaneNote>
      ) : (
        <Section title='Totals'>
          <Facts>
            {parts.map(({ name, value }) => (
              <Fact key={name} name={name} title={value}>
                {value}
              </Fact>
            ))}
            <Fact name='Shards'>{formatCount(totals.shards)}</Fact>
            <Fact name='Rows'>
              {formatCount(totals.rows)}
              {totals.rows !== null && totals.withoutRowCount > 0 && (
                <span className={styles.aside}>
                  {' '}
                  in {formatCount(totals.shards - totals.withoutRowCount)} of {formatCounted(totals.shards, 'shard')}
                </span>
              )}
            </Fact>
            <Fact name='Size' title={`${formatCount(totals.bytes)} bytes`}>
              {formatBytes(totals.bytes)}
            </Fact>
            {whole && <WholeFacts summary={summary} />}
          </Facts>
        </Section>
      )}
      {totals !== null && totals.shards > 0 && <HealthSection totals={totals} scope={scope} onRepair={() => ask({ kind: 'repair' })} />}
      <FindingsSection scope={scope} onProblems={() => ask({ kind: 'drawer', panel: 'problems' })} />
    </>
  )
}

function WholeFacts({ summary }: { readonly summary: CacheSummary }) {
  const { lastVerifiedMs, index, quarantined } = summary
  const drift =
    index.drift === null
      ? ''
      : index.drift === 0
        ? ', matches the shards'
        : `, differs in ${formatCounted(index.drift, 'entry', 'entries')}`
  return (
    <>
      <Fact name='Verified' title={formatTime(lastVerifiedMs)}>
        {lastVerifiedMs === null ? 'never' : formatAgo(lastVerifiedMs)}
      </Fact>
      <Fact name='Index' title={index.reason ?? undefined}>
        {index.state === 'present' ? `${formatBytes(index.bytes)}${drift}` : index.state}
      </Fact>
      <Fact name='Quarantine'>{formatCount(quarantined)}</Fact>
    </>
  )
}

function HealthSection({ totals, scope, onRepair }: { readonly totals: Totals; readonly scope: Scope; readonly onRepair: () => void }) {
  const counts = BEST_FIRST.flatMap((health): (readonly [Health, number])[] => {
    const count = totals.health[health] ?? 0
    return count === 0 ? [] : [[health, count]]
  })
  return (
    <Section title='Health'>
      <div className={styles.bar} aria-hidden='true'>
        {counts.map(([health, count]) => (
          <span key={health} data-health={health} style={fillOf(health, count)} />
        ))}
      </div>
      <ul className={styles.counts}>
        {counts.map(([health, count]) => (
          <li key={health}>
            <HealthMark mark={health} word={`${formatCount(count)} ${WORDS[health]}`} />
          </li>
        ))}
      </ul>
      <div className={styles.buttons}>
        <VerifyButton of={isWhole(scope) ? {} : { scope }} label={isWhole(scope) ? 'Verify all' : 'Verify these shards'} />
        {(totals.health.damaged ?? 0) > 0 && (
          <Button small onClick={onRepair}>
            Repair…
          </Button>
        )}
      </div>
    </Section>
  )
}

const WORDS: Record<Health, string> = {
  verified: 'verified',
  unverified: 'not verified yet',
  readable: 'read, no checksum',
  suspect: 'suspect',
  damaged: 'damaged',
  missing: 'missing',
  unsupported: 'unsupported',
  unreadable: 'unreadable'
}

function fillOf(health: Health, count: number): CSSProperties {
  return { flex: `${count} 1 0`, background: `var(${healthFill(health)})` }
}

function FindingsSection({ scope, onProblems }: { readonly scope: Scope; readonly onProblems: () => void }) {
  const { summary } = useWorkspace('summary')
  const { data } = useFindings(scope)
  if (data === undefined) return null
  // Findings about files outside of any shard belong to no scope.
  const between = isWhole(scope) ? summary.scanFindings : []
  const total = data.total + between.length
  if (total === 0) return null
  const shown = SEVERITIES.flatMap(severity => {
    const count = [...data.findings, ...between].filter(finding => finding.severity === severity).length
    return count === 0 ? [] : [{ severity, count }]
  })
  return (
    <Section title={formatCounted(total, 'finding')}>
      <ul className={styles.counts}>
        {shown.map(({ severity, count }) => (
          <li key={severity}>
            <HealthMark
              mark={SEVERITY_MARK[severity]}
              word={`${formatCount(count)} ${severity === 'index' ? 'about the index' : severity}`}
            />
          </li>
        ))}
        {data.firstLook.length > 0 && <li>{formatCount(data.firstLook.length)} found in the initial scan, not verified</li>}
      </ul>
      <div className={styles.buttons}>
        <Button small onClick={onProblems}>
          Show problems
        </Button>
      </div>
    </Section>
  )
}
