/** Findings, each with its sentence, its impact and what to do. */

import type { Finding, Severity } from '../../shared/model/finding.ts'
import { adviceOf, kindTitle } from '../text/findings/findingAdvice.ts'
import { findingSentence, formatCount, type Mark } from '../text/index.ts'
import { BareButton } from '../ui/controls/Button.tsx'
import { HealthMark } from '../ui/text/HealthMark.tsx'
import styles from './FindingList.module.css'

/** The mark of a severity. */
export const SEVERITY_MARK: Record<Severity, Mark> = {
  corrupt: 'damaged',
  missing: 'missing',
  unreadable: 'unreadable',
  unsupported: 'unsupported',
  suspect: 'suspect',
  index: 'suspect'
}

/** @param onRow called to show a finding's row */
export function FindingList({
  findings,
  rows,
  onRow
}: {
  readonly findings: readonly Finding[]
  readonly rows: number | null
  readonly onRow: (rowOffset: number) => void
}) {
  return (
    <ul className={styles.list}>
      {findings.map((finding, at) => {
        const { kind, severity, row, column } = finding
        const { cost, remedy } = adviceOf(finding, rows)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may differ only in their place
          <li key={`${kind} ${row} ${column} ${at}`} className={styles.finding}>
            <div className={styles.head}>
              <HealthMark mark={SEVERITY_MARK[severity]} word={kindTitle(kind)} />
              <span className={styles.place}>
                {column !== null && <code>{column}</code>}
                {row !== null && (
                  <BareButton className={styles.row} onClick={() => onRow(row)}>
                    row {formatCount(row)}
                  </BareButton>
                )}
              </span>
            </div>
            <p className={styles.message}>{findingSentence(finding)}</p>
            <dl className={styles.advice}>
              <dt>Impact</dt>
              <dd>{cost}</dd>
              <dt>What to do</dt>
              <dd>{remedy}</dd>
            </dl>
          </li>
        )
      })}
    </ul>
  )
}
