/** What the box offers: one list, one of which is active. The focus stays in the box. */
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the input has the focus and the keys

import { scrollToIt } from '../../../ui/scrollToIt.ts'
import { Mono, Muted } from '../../../ui/text/Text.tsx'
import classes from './LookupBox.module.css'

export type Match = { readonly id: string; readonly title: string; readonly detail: string; readonly mono: boolean }

export function matchId(list: string, index: number): string {
  return `${list}-${index}`
}

export function Matches({
  list,
  matches,
  active,
  onPick
}: {
  /** The list's id. */
  readonly list: string
  readonly matches: readonly Match[]
  readonly active: number
  readonly onPick: (index: number) => void
}) {
  return (
    <div id={list} role='listbox' aria-label='Matches' className={classes.list} hidden={matches.length === 0}>
      {matches.map(({ id, title, detail, mono }, index) => (
        <div
          key={id}
          id={matchId(list, index)}
          role='option'
          tabIndex={-1}
          aria-selected={index === active}
          title={`${title} · ${detail}`}
          className={classes.option}
          onClick={() => onPick(index)}
          ref={index === active ? scrollToIt : undefined}
        >
          {mono ? <Mono>{title}</Mono> : <span>{title}</span>}
          <Muted>{detail}</Muted>
        </div>
      ))}
    </div>
  )
}
