/** The problems in the drawer: causes on the left. On the right, the impact, the remedy and all places of the selected cause. */

import { useMemo, useState } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import { SEVERITY_MARK } from '../../parts/FindingList.tsx'
import { useFindings } from '../../state/queries/queries.ts'
import { isWhole, scopeText, WHOLE } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatCount, formatCounted } from '../../text/index.ts'
import { Chip } from '../../ui/controls/Chip.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { scrollToIt } from '../../ui/scrollToIt.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { CauseView } from './CauseView.tsx'
import { type Cause, causesOf, causeTitle } from './causes.ts'
import classes from './Problems.module.css'

export function ProblemsPanel() {
  const { summary, selection } = useWorkspace('summary', 'selection')
  const { scope } = selection
  const [here, setHere] = useState(false)
  const limited = here && !isWhole(scope)
  const found = useFindings(limited ? scope : WHOLE, { keepOther: true })
  const { scanFindings } = summary
  const causes = useMemo(
    () => causesOf([...(found.data?.findings ?? []), ...(limited ? [] : scanFindings)], found.data?.firstLook),
    [found.data, scanFindings, limited]
  )
  const [chosen, choose] = useState<string | null>(null)
  const cause = causes.find(({ id }) => id === chosen) ?? causes[0]
  const hidden = found.data === undefined ? 0 : found.data.total - found.data.findings.length - found.data.firstLook.length
  if (found.isError) return <p className={classes.note}>{sentenceOf(found.error)}</p>
  if (found.data === undefined) return <p className={classes.note}>Looking for problems…</p>
  return (
    <div className={classes.panel}>
      <div className={classes.left}>
        {!isWhole(scope) && (
          <Chip className={classes.here} isOn={here} onChange={setHere}>
            Only in {scopeText(scope)}
          </Chip>
        )}
        <CauseList causes={causes} chosen={cause?.id ?? null} onChoose={choose} />
        {hidden > 0 && <p className={classes.note}>{formatCounted(hidden, 'finding')} more. Narrow the selection to see them.</p>}
      </div>
      {cause === undefined ? <Nothing limited={limited} /> : <CauseView key={cause.id} cause={cause} scope={limited ? scope : WHOLE} />}
    </div>
  )
}

function CauseList({
  causes,
  chosen,
  onChoose
}: {
  readonly causes: readonly Cause[]
  readonly chosen: string | null
  readonly onChoose: (id: string) => void
}) {
  return (
    <ListBox
      className={classes.causes ?? ''}
      aria-label='Causes'
      selectionMode='single'
      disallowEmptySelection
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={keys => {
        const [key] = keys === 'all' ? [] : keys
        if (typeof key === 'string') onChoose(key)
      }}
    >
      {causes.map(cause => (
        <ListBoxItem
          key={cause.id}
          id={cause.id}
          textValue={causeTitle(cause)}
          className={classes.cause ?? ''}
          ref={cause.id === chosen ? scrollToIt : undefined}
        >
          <span className={classes.grow} title={causeTitle(cause)}>
            <HealthMark mark={cause.changed ? 'unverified' : SEVERITY_MARK[cause.severity]} word={causeTitle(cause)} />
          </span>
          {cause.firstLook && <span className={classes.unverified}>not verified</span>}
          <span className={classes.shards}>{formatCounted(cause.shards, nounOf(cause))}</span>
          <span className={classes.count}>{formatCounted(cause.findings.length, 'finding')}</span>
        </ListBoxItem>
      ))}
    </ListBox>
  )
}

/** The noun for the places of a cause. Entries in place of shards are not shards. */
function nounOf({ kind, severity, shards, changed }: Cause): string {
  if (kind === 'not_a_file') return 'path'
  return severity === 'index' && shards === 1 && !changed ? 'file' : 'shard'
}

function Nothing({ limited }: { readonly limited: boolean }) {
  const { summary } = useWorkspace('summary')
  const verified = summary.health.verified ?? 0
  return (
    <Empty>
      <p>
        {limited
          ? 'No problems found in the selection.'
          : summary.index.state === 'present' && summary.index.reason === null
            ? 'No problems found.'
            : 'No problems found in the shards.'}
      </p>
      <p>
        {summary.shards === 0
          ? 'The cache has no shards.'
          : verified === summary.shards
            ? 'All shards were verified.'
            : `${formatCount(verified)} of ${formatCounted(summary.shards, 'shard')} were verified. Damage in the others is found when you verify them.`}
      </p>
    </Empty>
  )
}
