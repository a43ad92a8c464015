/** What lies beside the shards: the index, the lock of whoever is writing, the quarantine. Read, never touched. */
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
    readonly stamp: FileStamp | null
  }
  readonly writer: { readonly host: string; readonly pid: number; readonly since: string; readonly operation: string } | null
  readonly quarantined: number
  /** Whether there is a folder of shards, as far as can be told. */
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
    // Where the folders went away, whoever lists the shards says so.
    if (error instanceof CacheError) return 0
    throw error
  }
}

function lookAtIndex(root: string): Surroundings['index'] {
  const stamp = stampIfVisible(join(root, INDEX_PATH)) ?? null
  try {
    const index = openIndex(root, 'read')
    index?.close()
    return { state: index === null ? 'missing' : 'present', reason: null, stamp }
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    return { state: stateAfter(error), reason: error.message, stamp }
  }
}

function stateAfter({ code }: CacheError): Surroundings['index']['state'] {
  // Locked for a moment is not damaged.
  if (code === 'RESOURCE.BUSY') return 'present'
  return code === 'RESOURCE.UNSUPPORTED' ? 'unsupported' : 'unusable'
}
