/** On every sheet that asks before something is written, until this program has written: what READ-ONLY meant ends here. */
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'

export function FirstWrite() {
  const { written } = useWorkspace().summary
  return written ? null : <p>This is the first thing that this program writes into this cache.</p>
}
