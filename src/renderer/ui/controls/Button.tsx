/** Buttons. `Button` has its own style. `BareButton` has the style of its container, such as a line of a list. */
import { clsx } from 'clsx'
import type { ComponentProps } from 'react'
import classes from './Button.module.css'

type Native = ComponentProps<'button'>

/** `primary` is the main action, `quiet` has no frame, `link` leads to another place. */
export type ButtonKind = 'plain' | 'primary' | 'quiet' | 'link'

type Looks = {
  readonly kind?: ButtonKind
  /** 24 px high instead of 28, for lines, panes and banners. */
  readonly small?: boolean
  /** Square, for an icon without text. It needs an `aria-label`. */
  readonly square?: boolean
}

/** The class names of a button, for a trigger that is not a `Button`. */
export function buttonClass({ kind = 'plain', small = false, square = false }: Looks, ...others: (string | undefined)[]): string {
  if (kind === 'link') return clsx(classes.link, others)
  return clsx(classes.button, classes[kind], small && classes.small, square && classes.square, others)
}

export function Button({ kind, small, square, className, type = 'button', ...rest }: Native & Looks) {
  return <button type={type} className={buttonClass({ kind, small, square }, className)} {...rest} />
}

export function BareButton({ className, type = 'button', ...rest }: Native) {
  return <button type={type} className={clsx(classes.bare, className)} {...rest} />
}
