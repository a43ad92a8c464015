/** The keys that work everywhere in an open cache. */
import { useEffect, useRef } from 'react'
import { IS_MAC } from '../../state/keys/keys.ts'
import { walkPanes } from '../../state/keys/panes.ts'
import { VIEW_IDS } from '../../state/viewIds.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { VIEWS } from '../../views/views.ts'

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

/** @param onDrawer shows or hides the drawer */
export function useKeys(onDrawer: () => void): void {
  const workspace = useWorkspace()
  const latest = useRef({ workspace, onDrawer })
  latest.current = { workspace, onDrawer }
  useEffect(() => {
    const press = (event: KeyboardEvent): boolean => {
      const { go, back, forward, ask } = latest.current.workspace
      const mod = IS_MAC ? event.metaKey : event.ctrlKey
      const plain = !event.metaKey && !event.ctrlKey && !event.altKey
      const inDialog = document.querySelector('[role=dialog],[role=alertdialog]') !== null
      if (event.key === 'F6' && !inDialog) {
        walkPanes(event.shiftKey ? -1 : 1)
        return true
      }
      if (inDialog) return false
      if (mod && event.key.toLowerCase() === 'k') {
        ask({ kind: 'lookup' })
        return true
      }
      if (mod && event.key.toLowerCase() === 'j') {
        latest.current.onDrawer()
        return true
      }
      // Browsers keep Ctrl and a digit for their own tabs.
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1]
      const tab =
        mod !== event.altKey && !event.shiftKey && digit !== undefined ? VIEW_IDS.find(id => VIEWS[id].shortcut === digit) : undefined
      if (tab !== undefined) {
        go({ tab })
        return true
      }
      const [backKey, forwardKey, held] = IS_MAC ? ['[', ']', event.metaKey] : ['ArrowLeft', 'ArrowRight', event.altKey]
      if (held && (event.key === backKey || event.key === forwardKey)) {
        if (event.key === backKey) back()
        else forward()
        return true
      }
      if (!plain || isTyping(event.target)) return false
      if (event.key === '/') ask({ kind: 'lookup' })
      else if (event.key === '?') ask({ kind: 'shortcuts' })
      else return false
      return true
    }
    const listen = (event: KeyboardEvent): void => {
      if (!press(event)) return
      event.preventDefault()
      event.stopPropagation()
    }
    // On the way down: a button or a list that has the focus lets no key go further up.
    window.addEventListener('keydown', listen, true)
    return () => window.removeEventListener('keydown', listen, true)
  }, [])
}
