/** How many findings of each kind, with their marks. */
import { FINDING_KINDS, type FindingKind, isFindingKind } from '../../shared/model/finding.ts'
import { SEVERITY_MARK } from '../parts/FindingList.tsx'
import { kindTitle } from '../text/findings/findingAdvice.ts'
import { formatCount } from '../text/index.ts'
import { HealthMark } from '../ui/text/HealthMark.tsx'
import classes from './Jobs.module.css'

export function KindCounts({ byKind }: { readonly byKind: Partial<Record<FindingKind, number>> }) {
  const kinds = Object.keys(FINDING_KINDS).filter(isFindingKind)
  const shown = kinds.filter(kind => (byKind[kind] ?? 0) > 0)
  if (shown.length === 0) return null
  return (
    <ul className={classes.kinds}>
      {shown.map(kind => (
        <li key={kind}>
          <HealthMark mark={SEVERITY_MARK[FINDING_KINDS[kind].severity]} word={`${kindTitle(kind)} ${formatCount(byKind[kind] ?? 0)}`} />
        </li>
      ))}
    </ul>
  )
}
