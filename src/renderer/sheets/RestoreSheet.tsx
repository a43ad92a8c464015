/** Asked once, before the first thing that is written into a cache is what comes back from quarantine. */

import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useStartJob } from '../state/useStartJob.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'

/** Open while a restore is asked for. */
export function RestoreSheet() {
  const { sheet, summary, closeSheet } = useWorkspace('sheet', 'summary', 'closeSheet')
  const start = useStartJob()
  if (sheet?.kind !== 'restore') return null
  const { which } = sheet
  const what = formatCounted(which === 'all' ? summary.quarantined : which.length, 'file')
  const close = (): void => closeSheet()
  return (
    <Sheet
      title={`Restore ${what}`}
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>Cancel</CloseButton>
          <Button
            kind='primary'
            disabled={summary.writer !== null}
            onClick={() => {
              close()
              void start({ kind: 'restore', which: which === 'all' ? which : [...which] })
            }}
          >
            Restore {what}
          </Button>
        </>
      }
    >
      <p>
        What was put aside goes back to where it came from, also what is damaged, and the index is rebuilt from what can be read. What finds
        its place taken stays in quarantine.
      </p>
      <FirstWrite />
    </Sheet>
  )
}
