/** Menus: what opens one, and its entries. */
import { clsx } from 'clsx'
import type { ComponentProps, ReactNode, RefObject } from 'react'
import * as Aria from 'react-aria-components'
import { Muted } from '../text/Text.tsx'
import { type ButtonKind, buttonClass } from './Button.tsx'
import classes from './Menu.module.css'

/** A button that opens a menu. Its children, entries of the menu, are only there while the menu is open. */
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
  /** Read aloud for the menu, and for a button without words. */
  readonly name: string
  /** What stands on the button. */
  readonly face: ReactNode
  readonly placement?: 'bottom end' | 'bottom start'
  readonly kind?: ButtonKind
  readonly small?: boolean
  readonly square?: boolean
  readonly className?: string | undefined
  /** Entries; a component for what is asked for each time that the menu opens. */
  readonly children: ReactNode
  /** The button's own name, where its words do not say it. */
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

/** A menu at a place, opened by what its owner decides. */
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
 * An entry. One that can be ticked has a tick at its end when it is.
 * @param aside what stands at its end, such as its keys
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

/** Entries below a heading. */
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
