/** Asked before the index is rebuilt. */
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useStartJob } from '../state/useStartJob.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { CloseButton } from '../ui/CloseButton.tsx'
import { Sheet } from '../ui/Sheet.tsx'
import controls from '../ui/styles/controls.module.css'

export function ReindexSheet() {
  const { summary, ask } = useWorkspace()
  const start = useStartJob()
  const close = (): void => ask(null)
  const rebuild = (): void => {
    close()
    void start({ kind: 'reindex' })
  }
  return (
    <Sheet
      title='Rebuild the index'
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close}>Cancel</CloseButton>
          <button type='button' className={`${controls.button} ${controls.primary}`} onClick={rebuild}>
            Rebuild the index from {formatCounted(summary.shards, 'shard')}
          </button>
        </>
      }
    >
      <p>
        A new <span className={controls.mono}>embeddings/index.sqlite</span> is written from what the shards say, beside the old one, and
        takes its place when it is complete. Until then the old one stays. No shard is changed or moved.
      </p>
      <FirstWrite />
    </Sheet>
  )
}
