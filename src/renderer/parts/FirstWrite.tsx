/** On every sheet that asks before a change, as long as no change of this cache is on record: what READ-ONLY meant ends here. */
import { useWorkspace } from '../state/WorkspaceProvider.tsx'

export function FirstWrite() {
  const { written } = useWorkspace('summary').summary
  return written ? null : <p>This program has no record of an earlier change to this cache on this computer. This will be its first.</p>
}
