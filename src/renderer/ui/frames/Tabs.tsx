/** Tabs over several views. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import * as Aria from 'react-aria-components'
import { Hidden } from '../text/Text.tsx'
import classes from './Tabs.module.css'

export type TabEntry<Id extends string> = {
  readonly id: Id
  readonly title: string
  /** A count beside the title. The noun is for the tooltip and for screen readers. */
  readonly count?: { readonly text: string; readonly noun?: string } | null
  readonly content: ReactNode
  /** Stays mounted, hidden, while another tab is shown. */
  readonly isKept?: boolean
}

/** @param aside content at the end of the line of tabs */
export function Tabs<Id extends string>({
  name,
  tabs,
  shown,
  onShow,
  aside
}: {
  readonly name: string
  readonly tabs: readonly TabEntry<Id>[]
  readonly shown: Id
  readonly onShow: (id: Id) => void
  readonly aside?: ReactNode
}) {
  return (
    <Aria.Tabs
      className={classes.tabs ?? ''}
      selectedKey={shown}
      onSelectionChange={key => {
        const next = tabs.find(({ id }) => id === key)
        if (next !== undefined) onShow(next.id)
      }}
    >
      <div className={classes.bar}>
        <Aria.TabList className={classes.list ?? ''} aria-label={name}>
          {tabs.map(({ id, title, count }) => (
            <Aria.Tab key={id} id={id} className={classes.tab ?? ''}>
              {title}
              {count != null && (
                <span className={classes.count} title={count.noun === undefined ? undefined : `${count.text} ${count.noun}`}>
                  {count.text}
                  {count.noun !== undefined && <Hidden> {count.noun}</Hidden>}
                </span>
              )}
            </Aria.Tab>
          ))}
        </Aria.TabList>
        {aside}
      </div>
      {tabs.map(({ id, content, isKept }) => (
        <Aria.TabPanel key={id} id={id} className={clsx(classes.panel)} shouldForceMount={isKept ?? false}>
          {content}
        </Aria.TabPanel>
      ))}
    </Aria.Tabs>
  )
}
