/** The inspector of a row: its window, its origin and its vector. */

import { type ReactNode, useState } from 'react'
import type { RowLine } from '../../shared/contract/index.ts'
import type { VectorStatistics } from '../../shared/model/shard.ts'
import { Gone, useIsGone } from '../parts/Gone.tsx'
import { useFacts, useVector } from '../state/queries/queries.ts'
import { useRowPages } from '../state/queries/rowPages.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { describeVector } from '../text/export/vectorText.ts'
import { capital, formatCount, formatCounted, formatLocus, formatStored, formatTime, millisecondsOf } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { NextIcon, UpIcon } from '../ui/controls/Icons.tsx'
import { sentenceOf } from '../ui/faults.ts'
import styles from '../ui/frames/Inspector.module.css'
import { PaneNote, Section } from '../ui/frames/Section.tsx'
import { limitOf } from '../ui/plots/colourMap.ts'
import { HeatStrip } from '../ui/plots/HeatStrip.tsx'
import { LinePlot } from '../ui/plots/LinePlot.tsx'
import { Fact, Facts } from '../ui/text/Facts.tsx'
import { CopyMenu, locusChoices, rowChoices } from './CopyMenu.tsx'
import { KeyFacts } from './KeyFacts.tsx'
import { VectorNumbers } from './VectorNumbers.tsx'

export function RowPane({ shardPath, rowOffset }: { readonly shardPath: string; readonly rowOffset: number }) {
  const { go, summary } = useWorkspace('go', 'summary')
  const vector = useVector(shardPath, rowOffset)
  const pages = useRowPages(shardPath, [rowOffset])
  const facts = useFacts(shardPath)
  const row = vector.data?.row ?? pages.rowAt(rowOffset)
  const rows = facts.data?.rows ?? pages.first?.total ?? null
  const gone = useIsGone(shardPath)
  const step = (by: number): void => go({ rowOffset: rowOffset + by })
  return (
    <>
      <header className={styles.head}>
        <div className={styles.crumb}>
          <Button kind='link' title={shardPath} onClick={() => go({ rowOffset: null })}>
            {shardPath.split('/').at(-1)}
          </Button>
        </div>
        <h2 className={styles.title}>
          <span className={styles.titleText}>
            Row {formatCount(rowOffset)}
            {rows !== null && <span className={styles.aside}> ({formatCounted(rows, 'row')})</span>}
          </span>
          <span className={styles.push}>
            <StepButton name='Previous row' icon={<UpIcon />} disabled={gone || rowOffset === 0} onClick={() => step(-1)} />
            <StepButton
              name='Next row'
              icon={<NextIcon />}
              disabled={gone || (rows !== null && rowOffset >= rows - 1)}
              onClick={() => step(1)}
            />
          </span>
        </h2>
      </header>
      {gone ? (
        <Gone shardPath={shardPath} />
      ) : (
        <>
          {row === undefined && vector.isPending && <PaneNote tone='quiet'>Reading the row…</PaneNote>}
          {row === null && (
            <PaneNote tone='danger'>
              This row cannot be shown. Its page is damaged, or GenoLeWM does not know its pool type or dtype.
            </PaneNote>
          )}
          {row !== undefined && row !== null && <Identity row={row} />}
          {vector.isError && (
            <Section title='Vector'>
              <p className={styles.lost} role='alert'>
                {capital(sentenceOf(vector.error))}
              </p>
              <div className={styles.buttons}>
                <Button small onClick={() => go({ rowOffset: null })}>
                  Show what to do
                </Button>
              </div>
            </Section>
          )}
          {vector.data !== undefined && <Vector root={summary.root} {...vector.data} />}
        </>
      )}
    </>
  )
}

function StepButton(props: { readonly name: string; readonly icon: ReactNode; readonly disabled: boolean; readonly onClick: () => void }) {
  return (
    <Button kind='quiet' small aria-label={props.name} title={props.name} disabled={props.disabled} onClick={props.onClick}>
      {props.icon}
    </Button>
  )
}

function Identity({ row }: { readonly row: RowLine }) {
  return (
    <Section title='Identity'>
      <Facts>
        <Fact
          name='Locus'
          wraps
          title='1-based and closed, as in genome browsers'
          action={<CopyMenu name='Copy locus' choices={locusChoices(row)} />}
        >
          {formatLocus(row)}
        </Fact>
        <Fact name='Stored as (0-based)' title='0-based, half-open' mono wraps>
          {formatStored(row)} <span className={styles.aside}>{formatCount(row.endBp - row.startBp)} bp</span>
        </Fact>
        <KeyFacts row={row} />
        <Fact name='Untargeted'>{row.untargeted ? 'yes' : 'no'}</Fact>
        <Fact name='Created' title={`${row.createdAt} ns UTC`}>
          {row.createdAt === 0n ? 'not recorded' : formatTime(millisecondsOf(row.createdAt))}
        </Fact>
        <Fact name='Schema'>{row.schemaVersion}</Fact>
      </Facts>
    </Section>
  )
}

function Vector(props: {
  readonly root: string
  readonly row: RowLine
  readonly values: Float64Array
  readonly statistics: VectorStatistics
  readonly norm: number | null
}) {
  const { root, row, values, statistics, norm } = props
  const [index, setIndex] = useState<number | null>(null)
  const shown = index !== null && index < values.length ? index : null
  return (
    <Section title='Vector' aside={<CopyMenu name='Copy vector' label='Copy' choices={rowChoices(root, row, values)} />}>
      <HeatStrip values={values} limit={limitOf(statistics.min, statistics.max)} index={shown} onIndex={setIndex} />
      <LinePlot values={values} label={`Line plot: ${describeVector(statistics)}`} index={shown} onIndex={setIndex} />
      <VectorNumbers statistics={statistics} norm={norm} />
    </Section>
  )
}
