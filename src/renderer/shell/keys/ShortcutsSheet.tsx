/** The list of keyboard shortcuts. */
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { CloseButton } from '../../ui/controls/CloseButton.tsx'
import { Sheet } from '../../ui/frames/Sheet.tsx'
import classes from './Shortcuts.module.css'
import { SHORTCUTS } from './shortcuts.ts'

export function ShortcutsSheet() {
  const { closeSheet } = useWorkspace('closeSheet')
  const close = (): void => closeSheet()
  return (
    <Sheet title='Keyboard shortcuts' wide onClose={close} actions={<CloseButton onClose={close} />}>
      <div className={classes.columns}>
        {SHORTCUTS.map(({ group, keys }) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl className={classes.keys}>
              {keys.map(([key, does]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Sheet>
  )
}
