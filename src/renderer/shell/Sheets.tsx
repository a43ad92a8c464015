/** The open sheet, over the window. The code of a sheet is loaded separately. */

import { Boundary, FailureText, type PartFailure } from '../parts/Boundary.tsx'
import { type LazyComponent, lazyComponent } from '../parts/lazyComponent.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import type { SheetRequest } from '../state/workspace.ts'
import { Button } from '../ui/controls/Button.tsx'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'

const SHEETS: Readonly<Record<SheetRequest['kind'], LazyComponent<object>>> = {
  repair: lazyComponent(async () => (await import('../sheets/repair/RepairSheet.tsx')).RepairSheet),
  reindex: lazyComponent(async () => (await import('../sheets/ReindexSheet.tsx')).ReindexSheet),
  quarantine: lazyComponent(async () => (await import('../sheets/QuarantineSheet.tsx')).QuarantineSheet),
  restore: lazyComponent(async () => (await import('../sheets/RestoreSheet.tsx')).RestoreSheet),
  forget: lazyComponent(async () => (await import('../sheets/ForgetSheet.tsx')).ForgetSheet),
  exportLost: lazyComponent(async () => (await import('../sheets/ExportLostSheet.tsx')).ExportLostSheet),
  shortcuts: lazyComponent(async () => (await import('./keys/ShortcutsSheet.tsx')).ShortcutsSheet),
  about: lazyComponent(async () => (await import('../sheets/AboutSheet.tsx')).AboutSheet)
}

export function Sheets() {
  const { sheet } = useWorkspace('sheet')
  if (sheet === null) return null
  const Asked = SHEETS[sheet.kind]
  return (
    <Boundary key={sheet.kind} name='This sheet' placeholder={null} fallback={failure => <FailedSheet {...failure} />}>
      <Asked />
    </Boundary>
  )
}

function FailedSheet({ retry, ...failure }: PartFailure) {
  const { closeSheet } = useWorkspace('closeSheet')
  const close = (): void => closeSheet()
  return (
    <Sheet
      title='The sheet failed'
      onClose={close}
      actions={
        <>
          <CloseButton onClose={close} />
          <Button kind='primary' onClick={retry}>
            Try again
          </Button>
        </>
      }
    >
      <div role='alert'>
        <FailureText {...failure} />
      </div>
    </Sheet>
  )
}
