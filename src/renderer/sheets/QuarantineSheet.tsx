/** Quarantines shards by hand, with a reason from the user. */

import { useState } from 'react'
import { useStartJob } from '../jobs/useStartJob.ts'
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCount, formatCounted } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Field } from '../ui/controls/Field.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'
import { Muted } from '../ui/text/Text.tsx'
import classes from '../views/quarantine/Quarantine.module.css'
import { useLoneRows } from './useLoneRows.ts'

/** Open while a quarantine is prepared. */
export function QuarantineSheet() {
  const { sheet } = useWorkspace('sheet')
  return sheet?.kind === 'quarantine' ? (
    <Quarantine key={sheet.shards.join('\n')} shards={sheet.shards} keeping={sheet.keeping ?? {}} />
  ) : null
}

const SHOWN = 8

function Quarantine({ shards, keeping }: { readonly shards: readonly string[]; readonly keeping: Readonly<Record<string, string>> }) {
  const { closeSheet, summary } = useWorkspace('closeSheet', 'summary')
  const start = useStartJob()
  const [reason, setReason] = useState('')
  const close = (): void => closeSheet()
  // The reason is the only later record of this decision, so it is required.
  const why = reason.trim()
  const move = (): void => {
    if (why === '') return
    close()
    void start({ kind: 'quarantine', shards: [...shards], reason: why })
  }
  return (
    <Sheet
      title={`Quarantine ${formatCounted(shards.length, 'shard')}`}
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>Cancel</CloseButton>
          <Button kind='primary' type='submit' form='quarantine' disabled={shards.length === 0 || why === '' || summary.writer !== null}>
            Quarantine {formatCounted(shards.length, 'shard')}
          </Button>
        </>
      }
    >
      <form
        id='quarantine'
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          move()
        }}
      >
        <ul className={classes.paths}>
          {shards.slice(0, SHOWN).map(path => (
            <li key={path}>
              {path}
              <Kept stays={keeping[path]} path={path} />
            </li>
          ))}
          {shards.length > SHOWN && <li>and {formatCount(shards.length - SHOWN)} more</li>}
        </ul>
        <label className={classes.reason} htmlFor='reason'>
          <span>Reason</span>
          <Field
            id='reason'
            value={reason}
            onChange={event => setReason(event.target.value)}
            placeholder='Why these shards are quarantined. The reason is recorded with the files.'
            required
            maxLength={500}
            autoFocus
          />
        </label>
        <Muted as='p'>
          {shards.length === 1 ? 'The shard is moved' : 'The shards are moved'} to <code>embeddings/.quarantine</code> with this reason, and
          the index is rebuilt without {shards.length === 1 ? 'it' : 'them'}. A search for a key that no other shard holds finds nothing
          until the shard is restored. Nothing is deleted.
        </Muted>
        <FirstWrite />
        {summary.writer !== null && (
          <p className={classes.failed}>
            {summary.writer.operation} on {summary.writer.host} is writing to this cache. Wait until it has finished.
          </p>
        )}
      </form>
    </Sheet>
  )
}

/** Names the shard that stays, and the number of rows that only the quarantined shard has. */
function Kept({ stays, path }: { readonly stays: string | undefined; readonly path: string }) {
  const lone = useLoneRows(path, stays)
  if (stays === undefined) return null
  return (
    <div className={classes.stays}>
      {stays} stays.
      {lone !== null && lone > 0 && ` It does not hold ${formatCounted(lone, 'row')} of the quarantined shard.`}
    </div>
  )
}
