/**
 * Every shard of a selection, for the map. Pages are shown as they arrive. The list is read again when the cache has changed and the last
 * reading is complete.
 */
import { useEffect, useRef, useState } from 'react'
import { PAGE_ROWS } from '../../../shared/contract/constants.ts'
import type { Health, Scope, ShardRow } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import type { Client } from '../../data/client.ts'
import { scopeKey } from '../scope.ts'
import { useWorkspace } from '../WorkspaceProvider.tsx'

export type MappedShard = { readonly shardPath: string; readonly address: ShardRow['address']; readonly health: Health }
export type AllShards = { readonly shards: readonly MappedShard[]; readonly total: number; readonly error: unknown }

const FIRST: AllShards = { shards: [], total: 0, error: null }
const SORT = { by: 'shardPath', descending: false } as const
/** Pause between two readings of a cache that changes, ms. */
const PAUSE = 1000

/** Reads all pages once. Reports the partial result whenever it has doubled, because drawing costs as much each time, and at the end. */
async function* lookAtAll(client: Client, cacheId: string, scope: Scope, signal: AbortSignal): AsyncGenerator<AllShards> {
  const shards: MappedShard[] = []
  let shown = 0
  for (let offset = 0, total = 1; offset < total; offset += PAGE_ROWS) {
    const page = await client.shards.page({ cacheId, scope, text: '', health: [], sort: SORT, offset, limit: PAGE_ROWS }, { signal })
    total = page.entries.length === 0 ? offset : page.total
    for (const { shardPath, address, health } of page.entries) shards.push({ shardPath, address, health })
    if (offset + PAGE_ROWS < total && shards.length < 2 * shown) continue
    shown = shards.length
    yield { shards: [...shards], total: page.total, error: null }
  }
}

export function useAllShards(scope: Scope): AllShards {
  const client = useClient()
  const { cacheId, summary } = useWorkspace('cacheId', 'summary')
  const key = `${cacheId} ${scopeKey(scope)}`
  const [state, setState] = useState<{ readonly key: string; readonly all: AllShards }>({ key: '', all: FIRST })
  const latest = useRef({ scope, version: summary.version })
  latest.current = { scope, version: summary.version }
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, PAUSE))
    const follow = async (): Promise<void> => {
      for (let first = true; !signal.aborted; first = false) {
        const { version } = latest.current
        for await (const all of lookAtAll(client, cacheId, latest.current.scope, signal)) {
          // A later reading replaces the map only when it is complete.
          if (!signal.aborted && (first || all.shards.length >= all.total)) setState({ key, all })
        }
        do await pause()
        while (!signal.aborted && version === latest.current.version)
      }
    }
    follow().catch(error => signal.aborted || setState({ key, all: { ...FIRST, error } }))
    return () => stop.abort()
  }, [client, cacheId, key])
  return state.key === key ? state.all : FIRST
}
