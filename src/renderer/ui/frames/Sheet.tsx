/** A sheet over the window: a title, its content, and its buttons at the end. Esc closes it. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import classes from './Sheet.module.css'

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
    <ModalOverlay className={classes.backdrop ?? ''} isOpen onOpenChange={open => !open && onClose()}>
      <Modal className={clsx(classes.sheet, wide && classes.wide)}>
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
