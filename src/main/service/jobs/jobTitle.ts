/** What a job is doing, for a person; and which jobs change the cache. */
import type { JobKind, JobRequest } from '../../../shared/contract/index.ts'

export function writesCache(kind: JobKind): boolean {
  return kind !== 'verify' && kind !== 'plan'
}

/** @param shards how many shards a verify is limited to; null for all */
export function jobTitle(request: JobRequest, shards: number | null): string {
  switch (request.kind) {
    case 'verify': {
      if (request.changed === true)
        return shards === null ? 'Verify what is new or changed' : `Verify what is new or changed of ${counted(shards)}`
      return shards === null ? 'Verify the whole cache' : `Verify ${counted(shards)}`
    }
    case 'plan':
      return 'Verify everything and plan a repair'
    case 'apply':
      return request.ticked.length === 0
        ? 'Rebuild the index as planned'
        : `Quarantine ${counted(request.ticked.length)} and rebuild the index`
    case 'reindex':
      return 'Rebuild the index'
    case 'quarantine':
      return `Quarantine ${counted(request.shards.length)}`
    case 'restore':
      return request.which === 'all' ? 'Restore everything from quarantine' : `Restore ${counted(request.which.length)}`
  }
}

function counted(shards: number): string {
  return shards === 1 ? '1 shard' : `${shards.toLocaleString('en')} shards`
}
