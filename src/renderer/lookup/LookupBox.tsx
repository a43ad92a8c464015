/** The one box: a hash, a locus, DNA, a path or a command. It says what it understood while one types, and goes there on Enter. */
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the input has the focus and the keys
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { sentenceOf } from '../app/faults.ts'
import { MOD } from '../app/keys.ts'
import type { Command } from '../app/useCommands.ts'
import { useClient } from '../client/ClientProvider.tsx'
import { formatCounted } from '../format/index.ts'
import { scopeHolds } from '../scope/scope.ts'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import classes from './LookupBox.module.css'
import { matchingCommands, type Place, type PlaceOption, placeOptions } from './options.ts'
import { useDelayed } from './useDelayed.ts'

const LIMIT = 200
const DELAY = 120

type Found =
  | { readonly state: 'none' }
  | { readonly state: 'looking'; readonly query: string }
  | { readonly state: 'places'; readonly query: string; readonly options: readonly PlaceOption[]; readonly truncated: boolean }
  | { readonly state: 'failed'; readonly query: string; readonly reason: string }

export function LookupBox({ commands }: { readonly commands: readonly Command[] }) {
  const client = useClient()
  const { cacheId, summary, selection, go, request, ask } = useWorkspace()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const [found, setFound] = useState<Found>({ state: 'none' })
  const input = useRef<HTMLInputElement>(null)
  const search = useRef<AbortController | null>(null)
  const list = useId()
  const query = useDelayed(text.trim(), DELAY)

  useEffect(() => {
    if (request?.kind !== 'lookup') return
    ask(null)
    input.current?.focus()
    input.current?.select()
    setOpen(true)
  }, [request, ask])
  useEffect(() => () => search.current?.abort(), [])

  const understood = useQuery({
    queryKey: ['understand', cacheId, query, summary.version],
    queryFn: ({ signal }) => client.lookup.understand({ cacheId, query }, { signal }),
    enabled: open && query !== '' && !query.startsWith('>'),
    placeholderData: keepPreviousData,
    gcTime: 5000
  })
  const offered = matchingCommands(commands, text).slice(0, 8)
  const places = found.state === 'places' && found.query === text.trim() ? found.options : []
  const count = places.length + offered.length
  const optionId = (index: number): string => `${list}-${index}`

  const close = (): void => {
    search.current?.abort()
    setOpen(false)
    setActive(-1)
    setFound({ state: 'none' })
  }
  const leave = (): void => {
    close()
    setText('')
    input.current?.blur()
  }
  const show = ({ shardPath, rowOffset }: Place): void => {
    leave()
    const scope = scopeHolds(selection.scope, shardPath) ? selection.scope : {}
    go({ tab: rowOffset === null ? 'shards' : 'rows', scope, shardPath, rowOffset })
  }
  const run = (command: Command): void => {
    leave()
    command.run()
  }
  const pick = (index: number): void => {
    const place = places[index]
    const command = offered[index - places.length]
    if (place !== undefined) show(place.place)
    else if (command !== undefined) run(command)
  }
  const find = async (): Promise<void> => {
    const wanted = text.trim()
    search.current?.abort()
    const mine = new AbortController()
    search.current = mine
    setFound({ state: 'looking', query: wanted })
    try {
      const result = await client.lookup.find({ cacheId, query: wanted, limit: LIMIT }, { signal: mine.signal })
      if (mine.signal.aborted) return
      const options = placeOptions(result)
      const [only] = options
      if (only !== undefined && options.length === 1 && !result.truncated) return show(only.place)
      setFound({ state: 'places', query: wanted, options, truncated: result.truncated })
      setActive(options.length > 0 ? 0 : -1)
    } catch (error) {
      if (!mine.signal.aborted) setFound({ state: 'failed', query: wanted, reason: sentenceOf(error) })
    }
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (count > 0) setActive(active === -1 ? (step === 1 ? 0 : count - 1) : (active + step + count) % count)
    } else if (event.key === 'Enter') {
      const [command] = offered
      if (active >= 0 && active < count) pick(active)
      else if (text.trim() === '') return
      else if (command !== undefined && (text.startsWith('>') || (query === text.trim() && understood.data?.kind === 'none'))) run(command)
      else void find()
    } else if (event.key === 'Escape') {
      if (open && text !== '') {
        close()
        setText('')
      } else leave()
    } else return
    event.preventDefault()
  }
  const shown = open && text.trim() !== ''
  const sentence = sentenceFor(text, query, found, understood.data, understood.error, offered)
  return (
    <div className={classes.box}>
      <svg
        className={classes.lens}
        width='14'
        height='14'
        viewBox='0 0 14 14'
        fill='none'
        stroke='currentColor'
        strokeWidth='1.4'
        aria-hidden='true'
      >
        <circle cx='6' cy='6' r='4' />
        <path d='m9 9 3.5 3.5' />
      </svg>
      <input
        ref={input}
        className={`${controls.input} ${classes.input}`}
        role='combobox'
        aria-label='Look up a hash, locus, DNA, path or command'
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete='list'
        aria-activedescendant={shown && active >= 0 && active < count ? optionId(active) : undefined}
        placeholder='Hash, locus, DNA, path or command'
        value={text}
        spellCheck={false}
        autoComplete='off'
        onChange={event => {
          search.current?.abort()
          setText(event.target.value)
          setFound({ state: 'none' })
          setActive(-1)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={close}
        onKeyDown={key}
      />
      {text === '' && <kbd className={classes.hint}>{MOD} K</kbd>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a press must not take the focus from the input */}
      <div className={classes.popover} hidden={!shown} onMouseDown={event => event.preventDefault()}>
        <p className={classes.sentence} role='status'>
          {sentence}
        </p>
        <div id={list} role='listbox' aria-label='Matches' className={classes.list} hidden={count === 0}>
          {places.map(({ id, title, detail }, index) => (
            <div
              key={id}
              id={optionId(index)}
              role='option'
              tabIndex={-1}
              aria-selected={index === active}
              className={classes.option}
              onClick={() => pick(index)}
              ref={index === active ? scrollToIt : undefined}
            >
              <span className={controls.mono}>{title}</span>
              <span className={controls.muted}>{detail}</span>
            </div>
          ))}
          {offered.map(({ id, name, keys }, index) => (
            <div
              key={id}
              id={optionId(places.length + index)}
              role='option'
              tabIndex={-1}
              aria-selected={places.length + index === active}
              className={classes.option}
              onClick={() => pick(places.length + index)}
            >
              <span>{name}</span>
              <span className={controls.muted}>{keys ?? 'command'}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

function scrollToIt(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}

function sentenceFor(
  text: string,
  query: string,
  found: Found,
  understood: { readonly kind: string; readonly sentence: string } | undefined,
  error: Error | null,
  offered: readonly Command[]
): string {
  const wanted = text.trim()
  if (found.state !== 'none' && found.query === wanted) {
    if (found.state === 'looking') return 'Looking…'
    if (found.state === 'failed') return found.reason
    if (found.options.length === 0) return 'Nothing was found.'
    const matches = formatCounted(found.options.length, 'match', 'matches')
    return found.truncated ? `The first ${matches}; there are more` : matches
  }
  const [first] = offered
  if (wanted.startsWith('>')) return first === undefined ? 'No command has this name.' : `Enter: ${first.name}`
  if (error !== null && query === wanted) return sentenceOf(error)
  if (understood?.kind === 'none' && first !== undefined) return `Enter: ${first.name}`
  return understood?.sentence ?? '…'
}
