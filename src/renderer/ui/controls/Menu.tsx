/** Menus: triggers and entries. */
import { clsx } from 'clsx'
import type { ComponentProps, ReactNode, RefObject } from 'react'
import * as Aria from 'react-aria-components'
import { Muted } from '../text/Text.tsx'
import { type ButtonKind, buttonClass } from './Button.tsx'
import classes from './Menu.module.css'

/** A button that opens a menu. Its children, the entries, exist only while the menu is open. */
export function MenuButton({
  name,
  face,
  placement = 'bottom end',
  kind,
  small = false,
  square = false,
  className,
  children,
  ...menu
}: {
  /** The accessible name of the menu, and of a button without text. */
  readonly name: string
  /** The content of the button. */
  readonly face: ReactNode
  readonly placement?: 'bottom end' | 'bottom start'
  readonly kind?: ButtonKind
  readonly small?: boolean
  readonly square?: boolean
  readonly className?: string | undefined
  /** Entries. Use a component if they are queried each time the menu opens. */
  readonly children: ReactNode
  /** The accessible name of the button, if its text is not enough. */
  readonly 'aria-label'?: string
} & Pick<Aria.MenuProps<object>, 'selectionMode' | 'selectedKeys' | 'onSelectionChange' | 'shouldCloseOnSelect' | 'onAction'>) {
  const { 'aria-label': buttonName, ...rest } = menu
  return (
    <Aria.MenuTrigger>
      <Aria.Button className={buttonClass({ kind, small, square }, className)} aria-label={buttonName}>
        {face}
      </Aria.Button>
      <Aria.Popover className={classes.popover ?? ''} placement={placement}>
        <Aria.Menu className={classes.list ?? ''} aria-label={name} {...rest}>
          {children}
        </Aria.Menu>
      </Aria.Popover>
    </Aria.MenuTrigger>
  )
}

/** A menu at a position, opened by its owner. */
export function MenuAt({
  name,
  place,
  isOpen,
  onClose,
  children,
  ...menu
}: {
  readonly name: string
  readonly place: RefObject<HTMLElement | null>
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
} & Pick<Aria.MenuProps<object>, 'onAction' | 'disabledKeys'>) {
  return (
    <Aria.Popover
      className={classes.popover ?? ''}
      triggerRef={place}
      aria-label={name}
      isOpen={isOpen}
      onOpenChange={open => !open && onClose()}
      placement='bottom start'
      offset={0}
    >
      <Aria.Menu className={classes.list ?? ''} autoFocus='first' aria-label={name} {...menu}>
        {children}
      </Aria.Menu>
    </Aria.Popover>
  )
}

/**
 * An entry. An entry that can be checked has a tick at its end when it is.
 * @param aside text at its end, such as its shortcut
 * @param description a second line
 */
export function MenuEntry({
  id,
  name,
  mono = false,
  aside,
  description,
  isDisabled = false,
  onAction
}: {
  readonly id: string
  readonly name: string
  readonly mono?: boolean
  readonly aside?: ReactNode
  readonly description?: string
  readonly isDisabled?: boolean
  readonly onAction?: () => void
}) {
  return (
    <Aria.MenuItem
      id={id}
      isDisabled={isDisabled}
      textValue={name}
      className={clsx(classes.entry, description !== undefined && classes.described)}
      {...(onAction !== undefined && { onAction })}
    >
      {({ selectionMode, isSelected }) => (
        <>
          <span className={mono ? classes.mono : undefined}>
            {name}
            {description !== undefined && <span className={classes.description}>{description}</span>}
          </span>
          {aside !== undefined ? (
            <Muted>{aside}</Muted>
          ) : (
            selectionMode !== 'none' && <span aria-hidden='true'>{isSelected ? '✓' : ''}</span>
          )}
        </>
      )}
    </Aria.MenuItem>
  )
}

/** Entries under a heading. */
export function MenuGroup({ title, children, ...choice }: { readonly title: string } & ComponentProps<typeof Aria.MenuSection<object>>) {
  return (
    <Aria.MenuSection {...choice}>
      <Aria.Header className={classes.heading ?? ''}>{title}</Aria.Header>
      {children as ReactNode}
    </Aria.MenuSection>
  )
}

export function MenuLine() {
  return <Aria.Separator className={classes.line ?? ''} />
}
