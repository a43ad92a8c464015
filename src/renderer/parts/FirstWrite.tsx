/**
 * Shown on every sheet that asks before a change, until a change of this cache is on record. From then on the cache is no longer shown as
 * READ-ONLY.
 */
import { useWorkspace } from '../state/WorkspaceProvider.tsx'

export function FirstWrite() {
  const { written } = useWorkspace('summary').summary
  return written ? null : <p>No earlier change to this cache is on record on this computer. This will be the first.</p>
}
