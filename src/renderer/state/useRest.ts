/** Asks the desktop to release memory when the window is idle. Of its 100 MiB, 8 are garbage from the start. */
import { useEffect } from 'react'
import { desktop } from '../data/client.ts'
import { useWorkspace } from './WorkspaceProvider.tsx'

const REST_MS = 10_000

/** Idle means that for 10 s nothing was selected, and no scan and no job reported progress. */
export function useRest(): void {
  const { summary, selection } = useWorkspace('summary', 'selection')
  const { version } = summary
  // biome-ignore lint/correctness/useExhaustiveDependencies: any change ends the idle time
  useEffect(() => {
    const timer = setTimeout(() => desktop()?.rest(), REST_MS)
    return () => clearTimeout(timer)
  }, [version, selection])
}
