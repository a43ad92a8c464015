/** The pane's parts: titled sections, and facts as names and values. */
import type { ReactNode } from 'react'
import { useId } from 'react'
import styles from './Inspector.module.css'
import controls from './styles/controls.module.css'

export function Section({ title, aside, children }: { readonly title: string; readonly aside?: ReactNode; readonly children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.sectionHead}>
        <h3 id={id} className={controls.heading}>
          {title}
        </h3>
        {aside}
      </div>
      {children}
    </section>
  )
}

export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={controls.facts}>{children}</dl>
}

/** One fact; `title` is the exact or whole value, for a hover. */
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
  /** Goes on in a second line rather than being cut. */
  readonly wraps?: boolean
  /** A button at its end. */
  readonly action?: ReactNode
  readonly children: ReactNode
}) {
  const value = (
    <span data-wraps={wraps ? '' : undefined} className={mono ? `${styles.value} ${controls.mono}` : styles.value} title={title}>
      {children}
    </span>
  )
  return (
    <>
      <dt>{name}</dt>
      <dd className={styles.fact}>
        {value}
        {action}
      </dd>
    </>
  )
}

/** One line instead of a pane: what is being read, or why it cannot be. */
export function PaneNote({ tone, children }: { readonly tone: 'quiet' | 'danger'; readonly children: ReactNode }) {
  return (
    <p className={styles.note} data-tone={tone} role={tone === 'danger' ? 'alert' : 'status'}>
      {children}
    </p>
  )
}
