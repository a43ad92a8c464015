/**
 * The row under the cursor. It moves at once, and the selection follows when the keys rest, so that a held arrow key adds one step to the
 * history instead of a hundred.
 */
import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'

const REST_MS = 120

export type PacedRow = {
  readonly row: number | null
  /** @param resting true while keys move the row, false to select it at once */
  readonly choose: (row: number, resting: boolean) => void
}

export function usePacedRow(): PacedRow {
  const { selection, go } = useWorkspace('selection', 'go')
  const { shardPath, rowOffset } = selection
  const [ahead, setAhead] = useState<number | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const here = `${rowOffset} ${shardPath}`
  const selected = useRef<string | null>(null)
  useEffect(() => {
    if (selected.current === here) {
      // A delayed selection must not move the cursor back after it has moved on.
      setAhead(before => (before === rowOffset ? null : before))
      return
    }
    // Any other selection cancels the pending one.
    selected.current = null
    clearTimeout(timer.current)
    setAhead(null)
  }, [here, rowOffset])
  useEffect(() => () => clearTimeout(timer.current), [])
  const choose = (row: number, resting: boolean): void => {
    clearTimeout(timer.current)
    setAhead(row)
    const select = (): void => {
      selected.current = `${row} ${shardPath}`
      go({ rowOffset: row })
    }
    if (resting) timer.current = setTimeout(select, REST_MS)
    else select()
  }
  return { row: ahead ?? rowOffset, choose }
}
