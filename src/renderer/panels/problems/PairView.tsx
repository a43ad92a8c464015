/** Two shards with a common key. Shows which one stays. For a conflict, shows both rows side by side with their differences. */

import type { ReactNode } from 'react'
import type { RowLine } from '../../../shared/contract/index.ts'
import { useVector } from '../../state/queries/queries.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { type Difference, differenceOf, isInside, type Pair, type PairSide } from '../../text/findings/pairs.ts'
import { capital, formatCount, formatCounted, formatFloat, formatLocus, formatTime, millisecondsOf, shortenHash } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import classes from './PairView.module.css'

/** Shows which shard of a pair of equal rows stays. */
export function KeptView({ pair }: { readonly pair: Pair }) {
  const { first, second, count } = pair
  const keys = formatCounted(count, 'key')
  return (
    <section className={classes.pair} aria-label='Shard to keep'>
      {isInside(pair) ? (
        <p>The shard repeats {keys} of its own keys. Keep it. The index uses the first row of each key.</p>
      ) : (
        <dl className={classes.kept}>
          <dt>Keep</dt>
          <dd>
            <ShardName path={first.shardPath} />
            <Muted>First in path order. It holds the {keys} with the same values.</Muted>
          </dd>
          <dt>Quarantine</dt>
          <dd>
            <ShardName path={second.shardPath} />
          </dd>
        </dl>
      )}
    </section>
  )
}

/** Both rows of the first key that two shards hold with different values. */
export function ConflictView({ pair }: { readonly pair: Pair }) {
  const { ask } = useWorkspace('ask')
  const first = useVector(pair.first.shardPath, pair.first.row)
  const second = useVector(pair.second.shardPath, pair.second.row)
  const failed = first.error ?? second.error
  const above = commonFolder(pair)
  const keep = (kept: PairSide, other: PairSide): ReactNode =>
    isInside(pair) ? null : (
      <Button small onClick={() => ask({ kind: 'quarantine', shards: [other.shardPath], keeping: { [other.shardPath]: kept.shardPath } })}>
        Keep this one, quarantine the other…
      </Button>
    )
  return (
    <section className={classes.pair} aria-label='Conflicting rows'>
      {failed !== null && <p role='alert'>{capital(sentenceOf(failed))}</p>}
      {first.data !== undefined && second.data !== undefined && (
        <>
          <p>
            {differenceText(differenceOf(first.data.values, second.data.values))}
            {pair.count > 1 && ` This is the first of ${formatCounted(pair.count, 'key')} in conflict.`}
          </p>
          <table className={classes.sides}>
            <thead>
              <tr>
                <th aria-label='Property' />
                <th>
                  <ShardName path={pair.first.shardPath} above={above} />
                </th>
                <th>
                  <ShardName path={pair.second.shardPath} above={above} />
                </th>
              </tr>
            </thead>
            <tbody>
              {linesOf(first.data, second.data).map(({ name, first, second, differs }) => (
                <tr key={name} data-differs={differs ? '' : undefined}>
                  <th scope='row'>
                    {name}
                    {differs && <span className={classes.mark}> ≠</span>}
                  </th>
                  <td>{first}</td>
                  <td>{second}</td>
                </tr>
              ))}
              <tr>
                <th aria-label='Choice' />
                <td>{keep(pair.first, pair.second)}</td>
                <td>{keep(pair.second, pair.first)}</td>
              </tr>
            </tbody>
          </table>
        </>
      )}
    </section>
  )
}

/** The folder that both have in common. It is not repeated for each. */
function commonFolder({ first, second }: Pair): string {
  const [a, b] = [first, second].map(({ shardPath }) => shardPath.slice(0, shardPath.lastIndexOf('/') + 1))
  return a === b && a !== undefined ? a : 'embeddings/'
}

type Side = { readonly row: RowLine; readonly values: ArrayLike<number>; readonly norm: number | null }
type Line = { readonly name: string; readonly first: string; readonly second: string; readonly differs: boolean }

/** Properties to compare. Some are shown always, the others only if they differ. */
function linesOf(first: Side, second: Side): readonly Line[] {
  const line = (name: string, textOf: (side: Side) => string): Line => {
    const [a, b] = [textOf(first), textOf(second)]
    return { name, first: a, second: b, differs: a !== b }
  }
  const always = [
    line('Row', ({ row }) => formatCount(row.rowOffset)),
    line('Locus', ({ row }) => formatLocus(row)),
    line('Window hash', ({ row }) => shortenHash(row.windowHash)),
    line('Created', ({ row }) => formatTime(millisecondsOf(row.createdAt))),
    line('Norm', ({ norm }) => formatFloat(norm))
  ].map(each => (each.name === 'Row' ? { ...each, differs: false } : each))
  const others = [
    line('Created (ns)', ({ row }) => String(row.createdAt)),
    line('Untargeted', ({ row }) => (row.untargeted ? 'yes' : 'no')),
    line('Schema version', ({ row }) => row.schemaVersion),
    line('Dimensions', ({ values }) => formatCount(values.length))
  ]
  const values = differenceOf(first.values, second.values).examples.map(({ dimension, first: a, second: b }) => ({
    name: `Dimension ${formatCount(dimension)}`,
    first: formatFloat(a, 9),
    second: formatFloat(b, 9),
    differs: true
  }))
  return [...always, ...others.filter(({ differs }) => differs), ...values]
}

function differenceText({ dimensions, differing, largest }: Difference): string {
  if (differing === 0) return 'The values of these rows are now equal. Verify the shards again.'
  const most =
    largest === null ? '' : ` The largest difference is ${formatFloat(largest.by)}, in dimension ${formatCount(largest.dimension)}.`
  return `The vectors differ in ${formatCount(differing)} of ${formatCounted(dimensions, 'dimension')}.${most}`
}
