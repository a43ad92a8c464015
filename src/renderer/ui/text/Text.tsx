/** Text styles that differ from the surrounding text. */
import { clsx } from 'clsx'
import { createElement, type ReactNode } from 'react'
import classes from './Text.module.css'

type TextProps = {
  readonly as?: 'span' | 'p' | 'dd' | 'li' | 'kbd'
  readonly title?: string | undefined
  readonly className?: string | undefined
  readonly children: ReactNode
}

/** Less important than the text beside it. */
export function Muted({ as = 'span', className, ...rest }: TextProps) {
  return createElement(as, { className: clsx(classes.muted, className), ...rest })
}

/** Paths, hashes and input. */
export function Mono({ as = 'span', className, ...rest }: TextProps) {
  return createElement(as, { className: clsx(classes.mono, className), ...rest })
}

/** For screen readers only. */
export function Hidden({
  as = 'span',
  role,
  isLive = false,
  id,
  children
}: {
  readonly as?: 'span' | 'h1' | 'p' | 'legend'
  readonly role?: 'status'
  /** Read aloud whenever it changes. */
  readonly isLive?: boolean
  readonly id?: string
  readonly children: ReactNode
}) {
  return createElement(as, { className: classes.hidden, role, id, 'aria-live': isLive ? 'polite' : undefined }, children)
}
