/** One line above what it is about, with what can be done about it at its end. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import classes from './Banner.module.css'

/** `note` tells, `warning` asks for care, `danger` is about something that is lost or failed. */
export type Tone = 'note' | 'warning' | 'danger'

/**
 * @param actions buttons at its end
 * @param urgent read aloud at once
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
