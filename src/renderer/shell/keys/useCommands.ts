/** Every command for the open cache, by name: for the search box, the menu and the desktop's own menu. */
import { useMemo } from 'react'
import { useStartJob } from '../../jobs/useStartJob.ts'
import type { Opening } from '../../state/opening.ts'
import { isWhole, scopeText } from '../../state/scope.ts'
import { VIEW_IDS } from '../../state/viewIds.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { MOD } from '../../text/keys.ts'
import { VIEWS } from '../../views/views.ts'

export type Command = { readonly id: string; readonly name: string; readonly keys?: string; run(): void }

export function useCommands(opening: Opening): readonly Command[] {
  const { go, back, forward, ask, closeCache, selection } = useWorkspace('go', 'back', 'forward', 'ask', 'closeCache', 'selection')
  const start = useStartJob()
  const { scope, shardPath } = selection
  return useMemo(() => {
    const commands: Command[] = [{ id: 'verify', name: 'Verify all shards', run: () => void start({ kind: 'verify' }) }]
    if (!isWhole(scope)) {
      commands.push({ id: 'verify-scope', name: `Verify ${scopeText(scope)}`, run: () => void start({ kind: 'verify', scope }) })
    }
    commands.push({
      id: 'verify-changed',
      name: 'Verify changed and unverified shards',
      run: () => void start({ kind: 'verify', changed: true })
    })
    if (shardPath !== null) {
      const shards = [shardPath]
      commands.push(
        { id: 'verify-shard', name: 'Verify the shard in the inspector', run: () => void start({ kind: 'verify', shards }) },
        { id: 'quarantine', name: 'Quarantine the shard in the inspector…', run: () => ask({ kind: 'quarantine', shards }) }
      )
    }
    commands.push(
      { id: 'repair', name: 'Repair…', run: () => ask({ kind: 'repair' }) },
      { id: 'reindex', name: 'Rebuild the index…', run: () => ask({ kind: 'reindex' }) },
      { id: 'problems', name: 'Show problems', run: () => ask({ kind: 'drawer', panel: 'problems' }) },
      { id: 'jobs', name: 'Show jobs', run: () => ask({ kind: 'drawer', panel: 'jobs' }) },
      { id: 'log', name: 'Show the log', run: () => ask({ kind: 'drawer', panel: 'log' }) },
      ...VIEW_IDS.map(tab => {
        const { title, shortcut } = VIEWS[tab]
        return { id: `tab-${tab}`, name: `Go to ${title}`, ...(shortcut && { keys: `${MOD} ${shortcut}` }), run: () => go({ tab }) }
      }),
      { id: 'back', name: 'Back', run: back },
      { id: 'forward', name: 'Forward', run: forward },
      { id: 'shortcuts', name: 'Keyboard shortcuts', keys: '?', run: () => ask({ kind: 'shortcuts' }) },
      { id: 'about', name: 'About this program', run: () => ask({ kind: 'about' }) }
    )
    // A browser has no dialog for folders. There, the start page takes a path.
    commands.push({ id: 'open', name: 'Open a cache…', run: opening.choose ?? closeCache })
    commands.push({ id: 'close-cache', name: 'Close this cache', run: closeCache })
    return commands
  }, [go, back, forward, ask, closeCache, start, scope, shardPath, opening.choose])
}
