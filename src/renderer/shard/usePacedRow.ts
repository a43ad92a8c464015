/**
 * The row that is being pointed at: it moves at once, and the selection follows when the keys rest, so that a held arrow key is
 * one step of the history and not a hundred.
 */
import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'

const REST_MS = 120

export type PacedRow = {
  readonly row: number | null
  /** @param resting true while keys move it, false to select it at once */
  readonly choose: (row: number, resting: boolean) => void
}

export function usePacedRow(): PacedRow {
  const { selection, go } = useWorkspace()
  const { shardPath, rowOffset } = selection
  const [ahead, setAhead] = useState<number | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another selection, from wherever it comes, ends what was pending
  useEffect(() => {
    setAhead(null)
    return () => clearTimeout(timer.current)
  }, [shardPath, rowOffset])
  const choose = (row: number, resting: boolean): void => {
    clearTimeout(timer.current)
    setAhead(row)
    if (resting) timer.current = setTimeout(() => go({ rowOffset: row }), REST_MS)
    else go({ rowOffset: row })
  }
  return { row: ahead ?? rowOffset, choose }
}
