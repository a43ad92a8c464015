/** The line below the table: what is chosen, what there is, and what can be done with it. */

import { formatBytes, formatCount, formatCounted, formatRows } from '../../text/index.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { type Choice, rowsText, totalsOf } from './choice.ts'
import type { ShardPage } from './pages.ts'
import classes from './ShardActions.module.css'

type Actions = {
  verify(): void
  quarantine(): void
  copy(): void
}

export function ShardActions({
  choice,
  totals,
  actions
}: {
  readonly choice: Choice
  readonly totals: Pick<ShardPage, 'total' | 'rows' | 'withoutRowCount' | 'bytes'> | null
  readonly actions: Actions
}) {
  const chosen = totalsOf(choice)
  return (
    <div className={classes.bar}>
      <span className={classes.chosen} role='status'>
        {chosen.shards > 0 && (
          <>
            <b>{formatCount(chosen.shards)} selected</b>: {rowsText(chosen)}, {formatBytes(chosen.bytes)}
          </>
        )}
      </span>
      {totals !== null && (
        <span className={classes.all}>
          {formatCounted(totals.total, 'shard')}, {formatRows(totals.rows, totals.withoutRowCount)}, {formatBytes(totals.bytes)}
        </span>
      )}
      <Button small disabled={chosen.shards === 0} onClick={actions.verify}>
        Verify
      </Button>
      <Button small disabled={chosen.shards === 0} onClick={actions.quarantine}>
        Quarantine…
      </Button>
      <Button small disabled={chosen.shards === 0} onClick={actions.copy}>
        Copy
      </Button>
    </div>
  )
}
