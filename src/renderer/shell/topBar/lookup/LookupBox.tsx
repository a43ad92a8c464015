/** The search box: a hash, a locus, DNA, a path or a command. It says what it understood while the user types, and Enter goes there. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useContext, useEffect, useRef, useState } from 'react'
import { ComboBox, ComboBoxStateContext, Input, Popover } from 'react-aria-components'
import { useApi } from '../../../data/api.ts'
import { useAskAddress } from '../../../state/queries/queries.ts'
import { scopeHolds } from '../../../state/scope.ts'
import type { Selection } from '../../../state/selection.ts'
import { useSignal, useWorkspace } from '../../../state/WorkspaceProvider.tsx'
import { MOD } from '../../../text/keys.ts'
import { fieldClass } from '../../../ui/controls/Field.tsx'
import { SearchIcon } from '../../../ui/controls/Icons.tsx'
import { sentenceOf } from '../../../ui/faults.ts'
import { Muted } from '../../../ui/text/Text.tsx'
import type { Command } from '../../keys/useCommands.ts'
import classes from './LookupBox.module.css'
import { type Match, Matches } from './Matches.tsx'
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
  const { found, look, forget } = useFind()
  const askAddress = useAskAddress()
  const input = useRef<HTMLInputElement>(null)
  const before = useRef<Element | null>(null)
  const [box, setBox] = useState<HTMLElement | null>(null)
  const typed = text.trim()
  const query = useDelayed(typed, DELAY)

  useSignal('lookup', () => {
    input.current?.focus()
    input.current?.select()
  })

  // A search ends when another selection is made meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: any other selection ends the search
  useEffect(() => forget(), [selection, forget])

  const understood = useQuery({
    ...api.lookup.understand.queryOptions({ input: { cacheId, query } }),
    queryKey: [...api.lookup.understand.queryKey({ input: { cacheId, query } }), version],
    enabled: query !== '' && !query.startsWith('>'),
    placeholderData: keepPreviousData,
    gcTime: 5000
  })
  const says = understood.error === null ? understood.data : { kind: 'fault', sentence: sentenceOf(understood.error) }
  const offered = matchingCommands(commands, text).slice(0, COMMANDS)
  const places = found.state === 'places' ? found.options : []
  const matches: readonly Match[] = [
    ...places.map(({ id, title, detail }) => ({ id, title, detail, mono: true })),
    ...offered.map(({ id, name, keys }) => ({ id: commandKey(id), title: name, detail: keys ?? 'command', mono: false }))
  ]

  const empty = (): void => {
    forget()
    setText('')
    input.current?.blur()
  }
  const leave = (): void => {
    empty()
    // The focus returns to where it was before the box.
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
  const pick = (key: unknown): void => {
    const place = places.find(({ id }) => id === key)
    const command = offered.find(({ id }) => commandKey(id) === key)
    if (place !== undefined) void show(place.place)
    else if (command !== undefined) run(command)
  }
  const enter = async (): Promise<void> => {
    const [command] = offered
    const meansNothing = query === typed && understood.data?.kind === 'none'
    if (command !== undefined && (text.startsWith('>') || meansNothing)) return run(command)
    if (typed === '' || text.startsWith('>')) return
    const result = await look(typed)
    if (result.state !== 'places') return
    const [only, another] = result.options
    if (only !== undefined && another === undefined && !result.truncated) await show(only.place)
  }
  const hint = enterHint(text, found, says)
  return (
    <ComboBox
      ref={setBox}
      className={classes.box ?? ''}
      aria-label='Look up a hash, locus, DNA, path or command'
      inputValue={text}
      onInputChange={next => {
        if (next === text) return
        forget()
        setText(next)
      }}
      items={matches}
      // Nothing stays selected: a match is a place to go to.
      selectedKey={null}
      onSelectionChange={pick}
      menuTrigger='focus'
      allowsEmptyCollection
      allowsCustomValue
      shouldFocusWrap
      onFocus={event => {
        before.current = event.relatedTarget
      }}
      onBlur={forget}
    >
      <span className={classes.lens}>
        <SearchIcon />
      </span>
      <BoxInput
        input={input}
        isEmpty={typed === ''}
        selection={selection}
        first={places[0]?.id ?? null}
        onPick={pick}
        onEnter={() => void enter()}
        onEscape={() => (text === '' ? leave() : setText(''))}
      />
      {text === '' && <kbd className={classes.hint}>{MOD} K</kbd>}
      <Popover className={classes.popover ?? ''} placement='bottom' offset={4} {...(box !== null && { UNSTABLE_portalContainer: box })}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a press must not take the focus from the input */}
        <div onMouseDown={event => event.preventDefault()}>
          <p className={classes.sentence} role='status'>
            {sentenceFor(text, found, says, offered[0]?.name)}
          </p>
          {hint !== null && (
            <Muted as='p' className={classes.enter}>
              {hint}
            </Muted>
          )}
        </div>
        <Matches />
      </Popover>
    </ComboBox>
  )
}

function commandKey(id: string): string {
  return `command ${id}`
}

/** The input of the box. Enter and Escape belong to the box, all other keys to the combo box. */
function BoxInput({
  input,
  isEmpty,
  selection,
  first,
  onPick,
  onEnter,
  onEscape
}: {
  readonly input: RefObject<HTMLInputElement | null>
  /** Without a text there is nothing to offer. */
  readonly isEmpty: boolean
  /** Another one closes the list, which hides the rest of the window from screen readers. */
  readonly selection: Selection
  /** The first place that was found. It is marked. */
  readonly first: string | null
  readonly onPick: (key: unknown) => void
  readonly onEnter: () => void
  readonly onEscape: () => void
}) {
  const state = useContext(ComboBoxStateContext)
  const { isOpen = false, close } = state ?? {}
  useEffect(() => {
    if (isEmpty && isOpen) close?.()
  }, [isEmpty, isOpen, close])
  const latestClose = useRef(close)
  latestClose.current = close
  // biome-ignore lint/correctness/useExhaustiveDependencies: any other selection closes the list
  useEffect(() => latestClose.current?.(), [selection])
  const manager = state?.selectionManager
  const marks = first !== null && isOpen && state?.collection.getItem(first) !== null
  const latest = useRef(manager)
  latest.current = manager
  useEffect(() => {
    if (!marks) return
    // The combo box itself marks nothing when its items change, after this effect.
    const frame = requestAnimationFrame(() => latest.current?.setFocusedKey(first))
    return () => cancelAnimationFrame(frame)
  }, [marks, first])
  const press = (event: KeyboardEvent): void => {
    const marked = isOpen ? (manager?.focusedKey ?? null) : null
    if (event.key === 'Enter') marked === null ? onEnter() : onPick(marked)
    else if (event.key === 'Escape') onEscape()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <Input
      ref={input}
      className={fieldClass(classes.input)}
      spellCheck={false}
      placeholder='Hash, locus, DNA, path or command'
      onKeyDownCapture={press}
    />
  )
}
