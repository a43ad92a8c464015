/** Asks for confirmation before the index is rebuilt. */

import { useStartJob } from '../jobs/useStartJob.ts'
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatCounted } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'
import { Mono } from '../ui/text/Text.tsx'

export function ReindexSheet() {
  const { summary, closeSheet } = useWorkspace('summary', 'closeSheet')
  const start = useStartJob()
  const close = (): void => closeSheet()
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
          <Button kind='primary' onClick={rebuild}>
            Rebuild the index from {formatCounted(summary.shards, 'shard')}
          </Button>
        </>
      }
    >
      <p>
        A new <Mono>embeddings/index.sqlite</Mono> is built from the shards beside the old index and replaces it when it is complete. Until
        then, the old index stays in use. No shard is changed or moved.
      </p>
      <FirstWrite />
    </Sheet>
  )
}
