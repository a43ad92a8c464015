/** The keys that work everywhere in an open cache. Keys of views come from their registry. */
import { useEffect, useRef } from 'react'
import { createKeybindingsHandler, type KeybindingsMap } from 'tinykeys'
import { walkPanes } from '../../state/keys/panes.ts'
import { VIEW_IDS } from '../../state/viewIds.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import type { Workspace } from '../../state/workspace.ts'
import { IS_MAC } from '../../text/keys.ts'
import { VIEWS } from '../../views/views.ts'

type Actions = Pick<Workspace, 'go' | 'back' | 'forward' | 'ask'> & { readonly onDrawer: () => void }

/** Keys, and whether they also work while a field has the focus. */
type Key = { readonly keys: readonly string[]; readonly inFields: boolean; act(actions: Actions): void }

const KEYS: readonly Key[] = [
  { keys: ['$mod+k'], inFields: true, act: ({ ask }) => ask({ kind: 'lookup' }) },
  { keys: ['$mod+j'], inFields: true, act: ({ onDrawer }) => onDrawer() },
  { keys: [IS_MAC ? 'Meta+[' : 'Alt+ArrowLeft'], inFields: true, act: ({ back }) => back() },
  { keys: [IS_MAC ? 'Meta+]' : 'Alt+ArrowRight'], inFields: true, act: ({ forward }) => forward() },
  { keys: ['[Shift]+/'], inFields: false, act: ({ ask }) => ask({ kind: 'lookup' }) },
  { keys: ['[Shift]+?'], inFields: false, act: ({ ask }) => ask({ kind: 'shortcuts' }) },
  ...VIEW_IDS.flatMap((tab): readonly Key[] => {
    const { shortcut } = VIEWS[tab]
    // Browsers use Ctrl and a digit for their own tabs.
    return shortcut === null
      ? []
      : [{ keys: [`$mod+Digit${shortcut}`, `Alt+Digit${shortcut}`], inFields: true, act: ({ go }) => go({ tab }) }]
  })
]

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

function isInDialog(): boolean {
  return document.querySelector('[role=dialog],[role=alertdialog]') !== null
}

/** @param onDrawer shows or hides the drawer */
export function useKeys(onDrawer: () => void): void {
  const actions = { ...useWorkspace('go', 'back', 'forward', 'ask'), onDrawer }
  const latest = useRef<Actions>(actions)
  latest.current = actions
  useEffect(() => {
    const take = (event: KeyboardEvent, act: () => void): void => {
      event.preventDefault()
      event.stopPropagation()
      act()
    }
    const bindings: KeybindingsMap = {
      F6: event => take(event, () => isInDialog() || walkPanes(1)),
      'Shift+F6': event => take(event, () => isInDialog() || walkPanes(-1))
    }
    for (const { keys, inFields, act } of KEYS) {
      const press = (event: KeyboardEvent): void => {
        if (!isInDialog() && (inFields || !isTyping(event.target))) take(event, () => act(latest.current))
      }
      for (const key of keys) bindings[key] = press
    }
    const listen = createKeybindingsHandler(bindings, { ignore: ({ isComposing }) => isComposing })
    // Capture phase: a focused button or list stops the event from bubbling.
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])
}
