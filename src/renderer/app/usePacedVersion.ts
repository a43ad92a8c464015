/** The cache's version at a pace that large views can follow: a running job changes it five times a second. */
import { useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'

const PACE = 700

/** The latest version, or one that is at most 700 ms old; it comes to rest at the latest. */
export function usePacedVersion(): number {
  const { version } = useWorkspace().summary
  const [paced, setPaced] = useState(version)
  const latest = useRef(version)
  const changedMs = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    latest.current = version
    if (timer.current !== undefined) return
    timer.current = setTimeout(
      () => {
        timer.current = undefined
        changedMs.current = performance.now()
        setPaced(latest.current)
      },
      Math.max(0, changedMs.current + PACE - performance.now())
    )
  }, [version])
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    []
  )
  return paced
}
