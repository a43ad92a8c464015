/** A sheet over the window: a title, what it is about, and its buttons at the end. Esc closes it. */
import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import classes from './Sheet.module.css'
import controls from './styles/controls.module.css'

export function Sheet({
  title,
  wide = false,
  onClose,
  actions,
  children
}: {
  readonly title: string
  readonly wide?: boolean
  readonly onClose: () => void
  readonly actions: ReactNode
  readonly children: ReactNode
}) {
  return (
    <ModalOverlay className={controls.backdrop ?? ''} isOpen onOpenChange={open => !open && onClose()}>
      <Modal className={`${controls.sheet} ${wide ? classes.wide : classes.narrow}`}>
        <Dialog className={classes.dialog ?? ''}>
          <Heading slot='title' className={classes.title ?? ''}>
            {title}
          </Heading>
          <div className={classes.body}>{children}</div>
          <div className={classes.actions}>{actions}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
