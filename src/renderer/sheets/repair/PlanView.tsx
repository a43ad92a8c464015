/** A plan for review. On the left, the shards to move and why, with checkboxes. On the right, the effects. */

import { useMemo } from 'react'
import { Checkbox } from 'react-aria-components'
import type { KeptShard, PlannedMove, RepairPlan } from '../../../shared/model/report.ts'
import { missingText } from '../../../shared/text/missingText.ts'
import { SEVERITY_MARK } from '../../parts/FindingList.tsx'
import { FirstWrite } from '../../parts/FirstWrite.tsx'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { driftOf } from '../../text/findings/drift.ts'
import { kindTitle } from '../../text/findings/findingAdvice.ts'
import { findingSentence, formatBytes, formatCount, formatCounted, sharedEncoder } from '../../text/index.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { consequencesOf, groupMoves, groupTicks, type MoveGroup } from './consequences.ts'
import classes from './Repair.module.css'

/** The number of lines of a group that are shown individually. A longer group is selected as a whole. */
const SHOWN = 300

type Ticking = { readonly above: string; readonly ticked: ReadonlySet<string>; readonly onTick: (ticked: ReadonlySet<string>) => void }

export function PlanView({ plan, ticked, onTick }: { readonly plan: RepairPlan } & Omit<Ticking, 'above'>) {
  const above = useMemo(() => sharedEncoder([...plan.moves, ...plan.kept].map(({ shardPath }) => shardPath)), [plan])
  const stays = plan.kept.filter(({ shardPath }) => !plan.moves.some(move => move.shardPath === shardPath))
  return (
    <div className={classes.plan}>
      <div className={classes.moves}>
        {plan.moves.length === 0 && (
          <p>
            {formatCounted(plan.checkedShards, 'shard')} checked. None has to move.
            {plan.reindex && ' The index differs from the shards and will be rebuilt.'}
          </p>
        )}
        {groupMoves(plan.moves).map(group => (
          <Group key={group.kind} group={group} above={above} ticked={ticked} onTick={onTick} />
        ))}
        {stays.length > 0 && <Stays kept={stays} above={above} />}
      </div>
      <Meaning plan={plan} ticked={ticked} />
    </div>
  )
}

function Group({ group, above, ticked, onTick }: { readonly group: MoveGroup } & Ticking) {
  const { kind, moves } = group
  const paths = moves.map(({ shardPath }) => shardPath)
  const count = paths.filter(path => ticked.has(path)).length
  const tickable = groupTicks(group, ticked)
  const isSelected = count > 0 && tickable.every(path => ticked.has(path))
  const tick = (changed: readonly string[], on: boolean): void => {
    const next = new Set(ticked)
    for (const path of changed) {
      if (on) next.add(path)
      else next.delete(path)
    }
    onTick(next)
  }
  const severity = moves[0]?.reasons.find(reason => reason.kind === kind)?.severity ?? 'suspect'
  return (
    <section className={classes.group}>
      <div className={classes.groupHead}>
        <Tick
          isSelected={isSelected}
          isIndeterminate={count > 0 && !isSelected}
          isDisabled={count === 0 && tickable.length === 0}
          onChange={on => tick(on ? tickable : paths, on)}
        >
          <HealthMark mark={SEVERITY_MARK[severity]} word={kindTitle(kind)} />
        </Tick>
        <Muted>
          {formatCount(count)} of {formatCount(paths.length)} selected
        </Muted>
      </div>
      {moves.slice(0, SHOWN).map(move => (
        <Move
          key={move.shardPath}
          move={move}
          above={above}
          isTicked={ticked.has(move.shardPath)}
          onTick={on => tick([move.shardPath], on)}
        />
      ))}
      {moves.length > SHOWN && (
        <p className={classes.more}>
          and {formatCount(moves.length - SHOWN)} more{tickable.length === paths.length && ', selected with the group'}
        </p>
      )}
    </section>
  )
}

function Move(props: {
  readonly move: PlannedMove
  readonly above: string
  readonly isTicked: boolean
  readonly onTick: (on: boolean) => void
}) {
  const { shardPath, bytes, rows, reasons } = props.move
  return (
    <div className={classes.move}>
      <Tick isSelected={props.isTicked} onChange={props.onTick}>
        <ShardName path={shardPath} above={props.above} />
      </Tick>
      <span className={classes.size}>
        {rows === null ? 'number of rows unknown' : formatCounted(rows, 'row')} · {formatBytes(bytes)}
      </span>
      <p className={classes.reason}>{reasons.map(findingSentence).join(' ')}</p>
    </div>
  )
}

function Tick(props: {
  readonly isSelected: boolean
  readonly isIndeterminate?: boolean
  readonly isDisabled?: boolean
  readonly onChange: (on: boolean) => void
  readonly children: React.ReactNode
}) {
  return (
    <Checkbox
      className={classes.tick ?? ''}
      isSelected={props.isSelected}
      isIndeterminate={props.isIndeterminate ?? false}
      isDisabled={props.isDisabled ?? false}
      onChange={props.onChange}
    >
      <svg className={classes.box} viewBox='0 0 14 14' width='14' height='14' aria-hidden='true'>
        <rect x='0.5' y='0.5' width='13' height='13' rx='2.5' />
        <path d={props.isIndeterminate === true ? 'M3.5 7h7' : 'M3.2 7.3 5.8 10l5-6'} />
      </svg>
      {props.children}
    </Checkbox>
  )
}

function Stays({ kept, above }: { readonly kept: readonly KeptShard[]; readonly above: string }) {
  return (
    <section className={classes.group}>
      <div className={classes.groupHead}>
        <h3>Not moved</h3>
        <Muted>{formatCounted(kept.length, 'shard')}</Muted>
      </div>
      {kept.slice(0, SHOWN).map(({ shardPath, reasons }) => (
        <div key={shardPath} className={classes.move}>
          <ShardName path={shardPath} above={above} />
          <p className={classes.reason}>{reasons.map(findingSentence).join(' ')}</p>
        </div>
      ))}
      {kept.length > SHOWN && <p className={classes.more}>and {formatCount(kept.length - SHOWN)} more</p>}
    </section>
  )
}

function Meaning({ plan, ticked }: { readonly plan: RepairPlan; readonly ticked: ReadonlySet<string> }) {
  const { summary } = useWorkspace('summary')
  const { shards, bytes, keys, everyCopy, byIndex, unknown, damagedStay, indexEntries, anything } = consequencesOf(plan, ticked)
  return (
    <aside className={classes.meaning} aria-label='Effects'>
      <h3>Effects</h3>
      <dl>
        <dt>Moved</dt>
        <dd>
          {shards === 0 ? 'nothing' : `${formatCounted(shards, 'shard')}, ${formatBytes(bytes)}, to `}
          {shards > 0 && <code>embeddings/.quarantine</code>}
        </dd>
        <dt>Keys missing</dt>
        <dd>
          {keysText(keys, byIndex, unknown)}
          {everyCopy > 0 && `. Every copy of ${formatCounted(everyCopy, 'key')} is selected. Deselect one of the shards to keep them`}
          {damagedStay > 0 &&
            `, including those of ${formatCounted(damagedStay, 'damaged shard')} that ${damagedStay === 1 ? 'stays' : 'stay'}`}
        </dd>
        {plan.missingShards > 0 && (
          <>
            <dt>Already missing</dt>
            <dd>{missingText(plan)}. A repair does not restore them.</dd>
          </>
        )}
        <dt>Index</dt>
        <dd>
          {anything ? 'rebuilt from the shards that stay' : 'unchanged'}
          {indexEntries > 0 && `, ${formatCounted(indexEntries, 'entry', 'entries')} removed`}
          {plan.indexFindings.length > 0 && `, ${formatCounted(driftOf(plan.indexFindings), 'difference')} fixed`}
        </dd>
        <dt>Undo</dt>
        <dd>
          Nothing is deleted. “Undo” is below the report, and you can restore every shard from the Quarantine tab. The index is rebuilt each
          time from the rows that can be read. Entries of unreadable rows are not restored.
        </dd>
      </dl>
      {anything && <FirstWrite />}
      {summary.writer !== null && (
        <p className={classes.failed}>
          {summary.writer.operation} on {summary.writer.host} is writing to this cache. Wait until it has finished.
        </p>
      )}
    </aside>
  )
}

/** Keys that no shard will hold any more. This is not the number of rows that move. */
function keysText(keys: number, byIndex: number, unknown: number): string {
  if (keys + unknown === 0) return 'none'
  const counted = byIndex > 0 ? ` (${formatCount(byIndex)} of unreadable shards, according to the index)` : ''
  const uncounted = unknown > 0 ? `, and an unknown number in ${formatCounted(unknown, 'shard')}` : ''
  return `${formatCounted(keys, 'key')}${counted}${uncounted}. A search for them finds nothing until their windows are encoded again`
}
