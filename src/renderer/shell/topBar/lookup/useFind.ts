/** A search on demand: one at a time, discarded when the text changes. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useClient } from '../../../data/ClientProvider.tsx'
import { useWorkspace } from '../../../state/WorkspaceProvider.tsx'
import { sentenceOf } from '../../../ui/faults.ts'
import { type PlaceOption, placeOptions } from './options.ts'

const LIMIT = 200

export type Found =
  | { readonly state: 'none' }
  | { readonly state: 'looking' }
  | { readonly state: 'places'; readonly options: readonly PlaceOption[]; readonly truncated: boolean }
  | { readonly state: 'failed'; readonly reason: string }

const NONE: Found = { state: 'none' }

/** The result, and functions to search and to discard it. */
export function useFind(): { readonly found: Found; look(query: string): Promise<Found>; forget(): void } {
  const client = useClient()
  const { cacheId } = useWorkspace('cacheId')
  const [found, setFound] = useState<Found>(NONE)
  const search = useRef<AbortController | null>(null)
  const forget = useCallback(() => {
    search.current?.abort()
    setFound(NONE)
  }, [])
  useEffect(() => () => search.current?.abort(), [])
  const look = useCallback(
    async (query: string): Promise<Found> => {
      search.current?.abort()
      const mine = new AbortController()
      search.current = mine
      setFound({ state: 'looking' })
      let next: Found
      try {
        const result = await client.lookup.find({ cacheId, query, limit: LIMIT }, { signal: mine.signal })
        next = { state: 'places', options: placeOptions(result), truncated: result.truncated }
      } catch (error) {
        next = { state: 'failed', reason: sentenceOf(error) }
      }
      if (mine.signal.aborted) return NONE
      setFound(next)
      return next
    },
    [client, cacheId]
  )
  return { found, look, forget }
}
