/** The one box: a hash, a locus, DNA, a path or a command. It says what it understood while one types, and goes there on Enter. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useApi } from '../../../data/api.ts'
import { useAskAddress } from '../../../state/queries/queries.ts'
import { scopeHolds } from '../../../state/scope.ts'
import { useSignal, useWorkspace } from '../../../state/WorkspaceProvider.tsx'
import { MOD } from '../../../text/keys.ts'
import { Field } from '../../../ui/controls/Field.tsx'
import { SearchIcon } from '../../../ui/controls/Icons.tsx'
import { sentenceOf } from '../../../ui/faults.ts'
import { Muted } from '../../../ui/text/Text.tsx'
import type { Command } from '../../keys/useCommands.ts'
import classes from './LookupBox.module.css'
import { type Match, Matches, matchId } from './Matches.tsx'
import { matchingCommands, type Place } from './options.ts'
import { enterHint, sentenceFor } from './sentence.ts'
import { useDelayed } from './useDelayed.ts'
import { useFind } from './useFind.ts'

const DELAY = 120
const COMMANDS = 8

export function LookupBox({ commands }: { readonly commands: readonly Command[] }) {
  const api = useApi()
  const { cacheId, version, selection, go, ask } = useWorkspace('cacheId', 'version', 'selection', 'go', 'ask')
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const { found, look, forget } = useFind()
  const askAddress = useAskAddress()
  const input = useRef<HTMLInputElement>(null)
  const before = useRef<Element | null>(null)
  const list = useId()
  const typed = text.trim()
  const query = useDelayed(typed, DELAY)

  useSignal('lookup', () => {
    input.current?.focus()
    input.current?.select()
    setOpen(true)
  })

  // Whoever has gone elsewhere meanwhile stays there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another selection, from wherever it comes, ends what was looked for
  useEffect(() => forget(), [selection, forget])

  const understood = useQuery({
    ...api.lookup.understand.queryOptions({ input: { cacheId, query } }),
    queryKey: [...api.lookup.understand.queryKey({ input: { cacheId, query } }), version],
    enabled: open && query !== '' && !query.startsWith('>'),
    placeholderData: keepPreviousData,
    gcTime: 5000
  })
  const says = understood.error === null ? understood.data : { kind: 'fault', sentence: sentenceOf(understood.error) }
  const offered = matchingCommands(commands, text).slice(0, COMMANDS)
  const places = found.state === 'places' ? found.options : []
  const matches: readonly Match[] = [
    ...places.map(({ id, title, detail }) => ({ id, title, detail, mono: true })),
    ...offered.map(({ id, name, keys }) => ({ id: `command ${id}`, title: name, detail: keys ?? 'command', mono: false }))
  ]

  const close = (): void => {
    forget()
    setOpen(false)
    setActive(-1)
  }
  const empty = (): void => {
    close()
    setText('')
    input.current?.blur()
  }
  const leave = (): void => {
    empty()
    // The keys go on where they were before the box was asked for.
    if (before.current instanceof HTMLElement) before.current.focus()
    before.current = null
  }
  const show = async ({ shardPath, rowOffset }: Place): Promise<void> => {
    empty()
    before.current = null
    const address = await askAddress(shardPath).catch(() => null)
    const scope = scopeHolds(selection.scope, address) ? selection.scope : {}
    go({ tab: rowOffset === null ? 'shards' : 'rows', scope, shardPath, rowOffset })
    ask({ kind: 'centre' })
  }
  const run = (command: Command): void => {
    leave()
    command.run()
  }
  const pick = (index: number): void => {
    const place = places[index]
    const command = offered[index - places.length]
    if (place !== undefined) void show(place.place)
    else if (command !== undefined) run(command)
  }
  const enter = async (): Promise<void> => {
    const [command] = offered
    const meansNothing = query === typed && understood.data?.kind === 'none'
    if (active >= 0 && active < matches.length) return pick(active)
    if (command !== undefined && (text.startsWith('>') || meansNothing)) return run(command)
    if (typed === '' || text.startsWith('>')) return
    const result = await look(typed)
    if (result.state !== 'places') return
    const [only, another] = result.options
    if (only !== undefined && another === undefined && !result.truncated) await show(only.place)
    else setActive(only === undefined ? -1 : 0)
  }
  const key = (event: KeyboardEvent): void => {
    const { length } = matches
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1
      setOpen(true)
      if (length > 0) setActive(active === -1 ? (step === 1 ? 0 : length - 1) : (active + step + length) % length)
    } else if (event.key === 'Enter') {
      void enter()
    } else if (event.key === 'Escape') {
      if (open && text !== '') {
        close()
        setText('')
      } else leave()
    } else return
    event.preventDefault()
  }
  const shown = open && typed !== ''
  const hint = enterHint(text, found, says)
  return (
    <div className={classes.box}>
      <span className={classes.lens}>
        <SearchIcon />
      </span>
      <Field
        ref={input}
        className={classes.input}
        role='combobox'
        aria-label='Look up a hash, locus, DNA, path or command'
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete='list'
        aria-activedescendant={shown && active >= 0 && active < matches.length ? matchId(list, active) : undefined}
        placeholder='Hash, locus, DNA, path or command'
        value={text}
        spellCheck={false}
        autoComplete='off'
        onChange={event => {
          forget()
          setText(event.target.value)
          setActive(-1)
          setOpen(true)
        }}
        onFocus={event => {
          before.current = event.relatedTarget
          setOpen(true)
        }}
        onBlur={close}
        onKeyDown={key}
      />
      {text === '' && <kbd className={classes.hint}>{MOD} K</kbd>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a press must not take the focus from the input */}
      <div className={classes.popover} hidden={!shown} onMouseDown={event => event.preventDefault()}>
        <p className={classes.sentence} role='status'>
          {sentenceFor(text, found, says, offered[0]?.name)}
        </p>
        {hint !== null && (
          <Muted as='p' className={classes.enter}>
            {hint}
          </Muted>
        )}
        <Matches list={list} matches={matches} active={active} onPick={pick} />
      </div>
    </div>
  )
}
