/** Shown in place of missing content. */
import type { ReactNode } from 'react'
import classes from './Empty.module.css'

export function Empty({ role, children }: { readonly role?: 'alert' | 'status'; readonly children: ReactNode }) {
  return (
    <div className={classes.empty} role={role}>
      {children}
    </div>
  )
}
