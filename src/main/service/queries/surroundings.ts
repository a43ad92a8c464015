/** The parts of a cache besides its shards: the index, the owner of the lock, the quarantine. Only reads. */
import { join } from 'node:path'
import {
  CacheError,
  EMBEDDINGS_DIR,
  type FileStamp,
  INDEX_PATH,
  listQuarantine,
  mayBeThere,
  openIndex,
  readLockOwner,
  stampIfVisible
} from '../../core/index.ts'

export type Surroundings = {
  readonly index: {
    readonly state: 'present' | 'missing' | 'unusable' | 'unsupported'
    readonly reason: string | null
    /** False for an index of a layout that is only read. */
    readonly isRebuildable: boolean
    readonly stamp: FileStamp | null
  }
  readonly writer: { readonly host: string; readonly pid: number; readonly since: string; readonly operation: string } | null
  readonly quarantined: number
  /** Whether there is a folder of shards, as far as can be determined. */
  readonly there: boolean
}

/** @param root absolute */
export async function readSurroundings({ root }: { root: string }): Promise<Surroundings> {
  const there = mayBeThere(join(root, EMBEDDINGS_DIR))
  return { index: lookAtIndex(root), writer: readLockOwner(root), quarantined: await countQuarantined(root), there }
}

async function countQuarantined(root: string): Promise<number> {
  try {
    return (await listQuarantine(root, () => undefined)).length
  } catch (error) {
    // If the folder has disappeared, the scan of the shards reports it.
    if (error instanceof CacheError) return 0
    throw error
  }
}

function lookAtIndex(root: string): Surroundings['index'] {
  const stamp = stampIfVisible(join(root, INDEX_PATH)) ?? null
  try {
    const index = openIndex(root, 'read')
    index?.close()
    return { state: index === null ? 'missing' : 'present', reason: null, isRebuildable: index?.isWritten ?? true, stamp }
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    const state = stateAfter(error)
    return { state, reason: error.message, isRebuildable: state !== 'unsupported', stamp }
  }
}

function stateAfter({ code }: CacheError): Surroundings['index']['state'] {
  // An index that is locked for a moment is not damaged.
  if (code === 'RESOURCE.BUSY') return 'present'
  return code === 'RESOURCE.UNSUPPORTED' ? 'unsupported' : 'unusable'
}
