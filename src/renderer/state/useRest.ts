/** The desktop's window gives memory back when it comes to rest: of its 100 MiB, 8 are garbage of the start. */
import { useEffect } from 'react'
import { desktop } from '../data/client.ts'
import { useWorkspace } from './WorkspaceProvider.tsx'

const REST_MS = 10_000

/** Rest is when for 10 s nothing was selected, and no scan and no job had anything to tell. */
export function useRest(): void {
  const { summary, selection } = useWorkspace('summary', 'selection')
  const { version } = summary
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes is the end of rest
  useEffect(() => {
    const timer = setTimeout(() => desktop()?.rest(), REST_MS)
    return () => clearTimeout(timer)
  }, [version, selection])
}
