/** A filter that is on or off. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import classes from './Chip.module.css'

export function Chip({
  isOn,
  onChange,
  title,
  className,
  children
}: {
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly title?: string
  readonly className?: string | undefined
  readonly children: ReactNode
}) {
  return (
    <button type='button' className={clsx(classes.chip, className)} aria-pressed={isOn} title={title} onClick={() => onChange(!isOn)}>
      {children}
    </button>
  )
}
