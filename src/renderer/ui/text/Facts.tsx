/** Names and values, one pair per line. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import classes from './Facts.module.css'

/** Its children are pairs of `dt` and `dd`. */
export function Facts({ className, children }: { readonly className?: string | undefined; readonly children: ReactNode }) {
  return <dl className={clsx(classes.facts, className)}>{children}</dl>
}

/** One fact. `title` is the exact or complete value, for a hover. */
export function Fact({
  name,
  title,
  mono = false,
  wraps = false,
  action,
  children
}: {
  readonly name: string
  readonly title?: string
  readonly mono?: boolean
  /** Wraps to a second line instead of being truncated. */
  readonly wraps?: boolean
  /** A button at its end. */
  readonly action?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={classes.fact}>
        <span data-wraps={wraps ? '' : undefined} className={clsx(classes.value, mono && classes.mono)} title={title}>
          {children}
        </span>
        {action}
      </dd>
    </>
  )
}
