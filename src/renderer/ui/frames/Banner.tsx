/** One line above the content that it is about, with its actions at the end. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import classes from './Banner.module.css'

/** `note` informs, `warning` asks for care, `danger` reports a loss or a failure. */
export type Tone = 'note' | 'warning' | 'danger'

/**
 * @param actions buttons at its end
 * @param urgent announced by screen readers at once
 */
export function Banner({
  tone,
  urgent = tone === 'danger',
  actions,
  className,
  children
}: {
  readonly tone: Tone
  readonly urgent?: boolean
  readonly actions?: ReactNode
  readonly className?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <div className={clsx(classes.banner, className)} data-tone={tone} role={urgent ? 'alert' : 'status'}>
      <div className={classes.text}>{children}</div>
      {actions}
    </div>
  )
}
