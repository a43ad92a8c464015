/** Asked once, before the first thing that is written into a cache is what comes back from quarantine. */
import { useStartJob } from '../app/useStartJob.ts'
import { formatCounted } from '../format/index.ts'
import { CloseButton } from '../sheet/CloseButton.tsx'
import { FirstWrite } from '../sheet/FirstWrite.tsx'
import { Sheet } from '../sheet/Sheet.tsx'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'

/** Open while a restore is asked for. */
export function RestoreSheet() {
  const { request, summary, ask } = useWorkspace()
  const start = useStartJob()
  if (request?.kind !== 'restore') return null
  const { which } = request
  const what = formatCounted(which === 'all' ? summary.quarantined : which.length, 'file')
  const close = (): void => ask(null)
  return (
    <Sheet
      title={`Restore ${what}`}
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>Cancel</CloseButton>
          <button
            type='button'
            className={`${controls.button} ${controls.primary}`}
            disabled={summary.writer !== null}
            onClick={() => {
              close()
              void start({ kind: 'restore', which: which === 'all' ? which : [...which] })
            }}
          >
            Restore {what}
          </button>
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
