/** A shard that was selected and lies there no more: what became of it, and the way to where it is. */
import { ORPCError } from '@orpc/client'
import { useRef } from 'react'
import { formatAgo, HealthMark, millisecondsOf } from '../format/index.ts'
import { useQuarantine } from '../quarantine/useQuarantine.ts'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import styles from './Inspector.module.css'
import { useFacts } from './queries.ts'
import { PaneNote } from './Section.tsx'

/** Whether no file lies at the shard's path any more; as it was known last, until a newer version of the cache has answered. */
export function useIsGone(shardPath: string): boolean {
  const { error, isFetched } = useFacts(shardPath)
  const last = useRef({ shardPath, gone: false })
  if (isFetched || last.current.shardPath !== shardPath) {
    last.current = { shardPath, gone: error instanceof ORPCError && error.code === 'RESOURCE.NOT_FOUND' }
  }
  return last.current.gone
}

/** Says whether it lies in quarantine or nowhere in the cache. */
export function Gone({ shardPath }: { readonly shardPath: string }) {
  const { go } = useWorkspace()
  const quarantine = useQuarantine()
  const entry = quarantine.data?.findLast(each => each.shardPath === shardPath)
  // An older list does not know yet what was moved since.
  if (quarantine.isPending || (entry === undefined && quarantine.isPlaceholderData)) return null
  const moved = entry === undefined || entry.at === null ? null : millisecondsOf(entry.at)
  return (
    <PaneNote tone='quiet'>
      {entry === undefined ? (
        'This shard lies here no more: it was removed, or moved by another program.'
      ) : (
        <>
          <HealthMark mark='quarantined' /> This shard was moved to quarantine{moved !== null && ` ${formatAgo(moved)}`}.
        </>
      )}
      <span className={styles.way}>
        <button
          type='button'
          data-pane-entry=''
          className={`${controls.button} ${controls.small}`}
          onClick={() => go(entry === undefined ? { tab: 'shards', shardPath: null, rowOffset: null } : { tab: 'quarantine' })}
        >
          {entry === undefined ? 'Show shards' : 'Look into quarantine'}
        </button>
      </span>
    </PaneNote>
  )
}
