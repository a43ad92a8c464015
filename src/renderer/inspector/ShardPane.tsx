/** The inspector of a shard: its properties, its findings and the statistics of its vectors. */

import type { Health, ShardFacts } from '../../shared/contract/index.ts'
import { VerifyButton } from '../jobs/VerifyButton.tsx'
import { FindingList } from '../parts/FindingList.tsx'
import { Gone, useIsGone } from '../parts/Gone.tsx'
import { useFacts, useShardLine } from '../state/queries/queries.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { actionsFor } from '../text/findings/findingAdvice.ts'
import { formatAgo, formatBytes, formatCount, formatCounted, formatTime, millisecondsOf, shortenHash, UNKNOWN } from '../text/index.ts'
import { isRawOnly } from '../text/rawOnly.ts'
import { layerText } from '../text/scopeText.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CopyButton } from '../ui/controls/CopyButton.tsx'
import { sentenceOf } from '../ui/faults.ts'
import styles from '../ui/frames/Inspector.module.css'
import { PaneNote, Section } from '../ui/frames/Section.tsx'
import { Fact, Facts } from '../ui/text/Facts.tsx'
import { HealthMark } from '../ui/text/HealthMark.tsx'
import { ColumnTable } from './ColumnTable.tsx'
import { RawSections } from './RawSections.tsx'
import { VectorNumbers } from './VectorNumbers.tsx'

export function ShardPane({ shardPath }: { readonly shardPath: string }) {
  const { go } = useWorkspace('go')
  const facts = useFacts(shardPath)
  const gone = useIsGone(shardPath)
  const line = useShardLine(shardPath)
  const health = line.data?.health
  return (
    <>
      <header className={styles.head}>
        <h2 className={styles.title}>
          <span className={styles.titleText} title={shardPath}>
            {shardPath.split('/').at(-1)}
          </span>
        </h2>
        <div className={styles.path}>
          <span>{shardPath}</span>
          <CopyButton text={shardPath} what='path' />
        </div>
        {health !== undefined && !gone && <HealthMark mark={health} word />}
      </header>
      {facts.isPending && !gone && <PaneNote tone='quiet'>Reading the shard…</PaneNote>}
      {gone ? <Gone shardPath={shardPath} /> : facts.isError && <PaneNote tone='danger'>{sentenceOf(facts.error)}</PaneNote>}
      {facts.data !== undefined && !gone && <ShardSections facts={facts.data} health={health} onRow={rowOffset => go({ rowOffset })} />}
    </>
  )
}

function ShardSections({
  facts,
  health,
  onRow
}: {
  readonly facts: ShardFacts
  readonly health: Health | undefined
  readonly onRow: (rowOffset: number) => void
}) {
  const { shardPath, findings, rows, columns, statistics, keyValueMetadata } = facts
  return (
    <>
      {findings.length > 0 && (
        <Section title={`${formatCounted(findings.length, 'finding')}${health === 'unverified' ? ' in the initial scan' : ''}`}>
          <FindingList findings={findings} rows={rows} onRow={onRow} />
        </Section>
      )}
      <Actions shardPath={shardPath} facts={facts} />
      <Section title='Shard'>
        <ShardFactList facts={facts} />
      </Section>
      {facts.range !== null && (
        <Section title='Rows'>
          <RangeFacts range={facts.range} />
        </Section>
      )}
      {statistics !== null && (
        <Section title='Vectors'>
          <VectorNumbers statistics={statistics} />
        </Section>
      )}
      {columns.length > 0 && (
        <Section title={formatCounted(columns.length, 'column')}>
          <ColumnTable columns={columns} />
        </Section>
      )}
      {isRawOnly(facts) ? (
        <RawSections shardPath={shardPath} />
      ) : (
        keyValueMetadata.length > 0 && (
          <Section title='Footer metadata'>
            <Facts>
              {keyValueMetadata.map(({ key, bytes }) => (
                <Fact key={key} name={key} title={key}>
                  {formatBytes(bytes)}
                </Fact>
              ))}
            </Facts>
          </Section>
        )
      )}
    </>
  )
}

function Actions({ shardPath, facts }: { readonly shardPath: string; readonly facts: ShardFacts }) {
  const { ask } = useWorkspace('ask')
  const offered = actionsFor(facts.findings)
  return (
    <Section title='Actions'>
      <div className={styles.buttons}>
        <VerifyButton of={{ shards: [shardPath] }} label='Verify this shard' />
        <Button small onClick={() => ask({ kind: 'quarantine', shards: [shardPath] })}>
          Quarantine…
        </Button>
        {offered.includes('repair') && (
          <Button small onClick={() => ask({ kind: 'repair' })}>
            Repair…
          </Button>
        )}
      </div>
    </Section>
  )
}

function ShardFactList({ facts }: { readonly facts: ShardFacts }) {
  const { bytes, rows, dimensions, rowGroups, createdBy, formatVersion, footerBytes, modifiedMs, verifiedAtMs, address, columns } = facts
  const codecs = [...new Set(columns.map(({ codec }) => codec))].join(', ')
  return (
    <Facts>
      <Fact name='Size' title={`${formatCount(bytes)} bytes`}>
        {formatBytes(bytes)} <span className={styles.aside}>{formatCount(bytes)} bytes</span>
      </Fact>
      <Fact name='Rows'>{formatCount(rows)}</Fact>
      <Fact name='Dimensions'>{rows !== null && rows > 0 && dimensions === null ? 'varies between rows' : formatCount(dimensions)}</Fact>
      <Fact name='Codec'>{codecs === '' ? UNKNOWN : codecs}</Fact>
      <Fact name='Row groups'>{formatCount(rowGroups)}</Fact>
      <Fact name='Written by' title={createdBy ?? undefined}>
        {createdBy ?? UNKNOWN}
      </Fact>
      <Fact name='Parquet'>
        {formatVersion === null ? UNKNOWN : `format ${formatVersion}`}
        {footerBytes !== null && <span className={styles.aside}> footer {formatBytes(footerBytes)}</span>}
      </Fact>
      <Fact name='Modified' title={formatTime(modifiedMs)}>
        {formatAgo(modifiedMs)} <span className={styles.aside}>{formatTime(modifiedMs)}</span>
      </Fact>
      <Fact name='Verified' title={formatTime(verifiedAtMs)}>
        {verifiedAtMs === null ? (
          'never'
        ) : (
          <>
            {formatAgo(verifiedAtMs)} <span className={styles.aside}>{formatTime(verifiedAtMs)}</span>
          </>
        )}
      </Fact>
      {address === null ? (
        <Fact name='Location'>not at a valid shard path</Fact>
      ) : (
        <>
          <Fact name='Encoder' title={address.encoder}>
            {address.encoder}
          </Fact>
          <Fact name='Location'>
            layer {layerText(address.stateLayer)} · {address.poolType}_{address.poolRadius} · block {formatCount(address.strideBlock)}
          </Fact>
        </>
      )}
    </Facts>
  )
}

function RangeFacts({ range }: { readonly range: NonNullable<ShardFacts['range']> }) {
  const { chrom, minStartBp, maxEndBp, minCreatedAt, maxCreatedAt, encoderHashes } = range
  return (
    <Facts>
      <Fact name={chrom.length === 1 ? 'Contig' : 'Contigs'} title={chrom.join(', ')}>
        {chrom.length === 0 ? UNKNOWN : chrom.join(', ')}
      </Fact>
      {minStartBp !== null && maxEndBp !== null && (
        <>
          <Fact name='Span' title='1-based and closed, as in genome browsers'>
            {formatCount(minStartBp + 1n)}–{formatCount(maxEndBp)}{' '}
            <span className={styles.aside}>{formatCount(maxEndBp - minStartBp)} bp</span>
          </Fact>
          <Fact name='Stored as (0-based)' title='0-based, half-open' mono>
            [{formatCount(minStartBp)}, {formatCount(maxEndBp)})
          </Fact>
        </>
      )}
      <Fact name='Created' title={`${minCreatedAt ?? UNKNOWN} to ${maxCreatedAt ?? UNKNOWN} ns UTC`}>
        {createdText(minCreatedAt, maxCreatedAt)}
      </Fact>
      {encoderHashes.map((hash, at) => (
        <Fact key={hash} name={at === 0 ? 'Encoder hash' : ''} title={hash} mono action={<CopyButton text={hash} what='encoder hash' />}>
          {shortenHash(hash)}
        </Fact>
      ))}
    </Facts>
  )
}

/** `2026-05-28 20:26:40`, or a range of two such times. */
function createdText(from: bigint | null, to: bigint | null): string {
  if (from === null || to === null) return UNKNOWN
  const [first, last] = [formatTime(millisecondsOf(from)), formatTime(millisecondsOf(to))]
  if (first === last) return first
  return first.slice(0, 10) === last.slice(0, 10) ? `${first} – ${last.slice(11)}` : `${first} – ${last}`
}
