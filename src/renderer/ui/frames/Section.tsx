/** Parts of a pane: titled sections, and one line in place of the pane. */
import type { ReactNode } from 'react'
import { useId } from 'react'
import styles from './Inspector.module.css'

export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.sectionHead}>
        <h3 id={id}>{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  )
}

/** One line in place of a pane: what is being read, or why it cannot be read. */
export function PaneNote({ tone, children }: { readonly tone: 'quiet' | 'danger'; readonly children: ReactNode }) {
  return (
    <p className={styles.note} data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      {children}
    </p>
  )
}
