/** Asks for confirmation if a restore would be the first change to a cache. */

import { useStartJob } from '../jobs/useStartJob.ts'
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'

/** Open while a restore is prepared. */
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
        Files are moved back to their original paths, including damaged ones. The index is rebuilt from the rows that can be read. A file
        whose original path is occupied stays in quarantine.
      </p>
      <FirstWrite />
    </Sheet>
  )
}
