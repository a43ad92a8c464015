/** What stands in a tab about one shard while none is selected. */

import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import controls from '../ui/styles/controls.module.css'

export function NoShard({ shows }: { readonly shows: string }) {
  const { go, ask } = useWorkspace()
  return (
    <div className={controls.empty}>
      <p>No shard is selected.</p>
      <p>Choose one in the table of shards or in the lane above it, or look a row up, to see {shows}.</p>
      <p>
        <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => go({ tab: 'shards' })}>
          Show shards
        </button>{' '}
        <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => ask({ kind: 'lookup' })}>
          Look up…
        </button>
      </p>
    </div>
  )
}
