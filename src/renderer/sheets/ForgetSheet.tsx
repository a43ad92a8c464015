/** Marks missing shards as intentionally deleted. The user selects which. */

import { useState } from 'react'
import { useStartJob } from '../jobs/useStartJob.ts'
import classes from '../panels/problems/Problems.module.css'
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'

/** Open while the user selects the missing shards to forget. */
export function ForgetSheet() {
  const { sheet } = useWorkspace('sheet')
  return sheet?.kind === 'forget' ? <Forget key={sheet.shards.join('\n')} shards={sheet.shards} /> : null
}

function Forget({ shards }: { readonly shards: readonly string[] }) {
  const { closeSheet, summary } = useWorkspace('closeSheet', 'summary')
  const start = useStartJob()
  const [ticked, tick] = useState<ReadonlySet<string>>(new Set(shards.length === 1 ? shards : []))
  const close = (): void => closeSheet()
  const change = (path: string, on: boolean): void => {
    const next = new Set(ticked)
    if (on) next.add(path)
    else next.delete(path)
    tick(next)
  }
  const count = formatCounted(ticked.size, 'shard')
  return (
    <Sheet
      title='Forget missing shards'
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>Cancel</CloseButton>
          <Button
            kind='primary'
            disabled={ticked.size === 0 || summary.writer !== null}
            onClick={() => {
              close()
              void start({ kind: 'forget', shards: [...ticked] })
            }}
          >
            Forget {count}
          </Button>
        </>
      }
    >
      <p>
        Forgotten shards are no longer reported as missing. Your user name, this computer and the time are recorded in{' '}
        <code>embeddings/.quarantine</code>. Files in quarantine stay there.
      </p>
      <ul className={classes.forget} aria-label='Missing shards'>
        {shards.map(path => (
          <li key={path}>
            <label>
              <input type='checkbox' checked={ticked.has(path)} onChange={event => change(path, event.target.checked)} /> {path}
            </label>
          </li>
        ))}
      </ul>
      <FirstWrite />
    </Sheet>
  )
}
