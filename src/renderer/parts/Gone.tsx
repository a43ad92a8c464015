/** A selected shard that no longer exists: where it is now, and a button that leads there. */

import { ORPCError } from '@orpc/client'
import { useRef } from 'react'
import { useFacts, useFindings, useQuarantine } from '../state/queries/queries.ts'
import { WHOLE } from '../state/scope.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatAgo, millisecondsOf, presenceText } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import styles from '../ui/frames/Inspector.module.css'
import { PaneNote } from '../ui/frames/Section.tsx'
import { HealthMark } from '../ui/text/HealthMark.tsx'

/** Whether the shard's path no longer has a file. Returns the last known state until a newer version of the cache has answered. */
export function useIsGone(shardPath: string): boolean {
  const { error, isFetched } = useFacts(shardPath)
  const last = useRef({ shardPath, gone: false })
  if (isFetched || last.current.shardPath !== shardPath) {
    last.current = { shardPath, gone: error instanceof ORPCError && error.code === 'RESOURCE.NOT_FOUND' }
  }
  return last.current.gone
}

/** The number of configurations that hold the block, if the shard is reported as missing. */
function usePresence(shardPath: string): string | null {
  const { data } = useFindings(WHOLE)
  const found = data?.findings.find(each => each.kind === 'missing_shard' && each.shardPath === shardPath)
  return found === undefined ? null : presenceText(found)
}

/** Says whether the shard is in quarantine or no longer in the cache. */
export function Gone({ shardPath }: { readonly shardPath: string }) {
  const { go } = useWorkspace('go')
  const quarantine = useQuarantine()
  const presence = usePresence(shardPath)
  const entry = quarantine.data?.findLast(each => each.shardPath === shardPath)
  // An outdated list does not yet hold files that were moved since.
  if (quarantine.isPending || (entry === undefined && quarantine.isPlaceholderData)) return null
  const moved = entry === undefined || entry.at === null ? null : millisecondsOf(entry.at)
  return (
    <PaneNote tone='quiet'>
      {entry === undefined ? (
        'This shard no longer exists here. It was deleted or moved by another program.'
      ) : (
        <>
          <HealthMark mark='quarantined' /> This shard was moved to quarantine{moved !== null && ` ${formatAgo(moved)}`}.
        </>
      )}
      {presence !== null && ` ${presence}.`}
      <span className={styles.way}>
        <Button
          small
          data-pane-entry=''
          onClick={() => go(entry === undefined ? { tab: 'shards', shardPath: null, rowOffset: null } : { tab: 'quarantine' })}
        >
          {entry === undefined ? 'Show shards' : 'Show quarantine'}
        </Button>
      </span>
    </PaneNote>
  )
}
