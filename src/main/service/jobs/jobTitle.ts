/** What a job is doing, for a person; and which jobs change the cache. */
import type { JobKind, JobRequest } from '../../../shared/contract/index.ts'

export function writesCache(kind: JobKind): boolean {
  return kind !== 'verify' && kind !== 'plan'
}

/** @param shards how many shards a verify is limited to; null for all */
export function jobTitle(request: JobRequest, shards: number | null): string {
  switch (request.kind) {
    case 'verify': {
      const all = shards === null ? 'the whole cache' : counted(shards)
      const { changed, olderThanMs, resume, secondReader } = request
      const readers = secondReader === true ? ' with two readers' : ''
      if (resume === true) return `Go on with verifying ${all}${readers}`
      const parts = [
        ...(changed === true ? ['is new or changed'] : []),
        ...(olderThanMs === undefined ? [] : [`was not verified for ${duration(olderThanMs)}`])
      ]
      if (parts.length === 0) return `Verify ${all}${readers}`
      return `Verify what ${parts.join(' or ')}${shards === null ? '' : ` of ${all}`}${readers}`
    }
    case 'plan':
      return 'Verify what was not verified within a day, and plan a repair'
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
    case 'forget':
      return `Forget ${counted(request.shards.length)} that ${request.shards.length === 1 ? 'is' : 'are'} missing`
  }
}

function counted(shards: number): string {
  return shards === 1 ? '1 shard' : `${shards.toLocaleString('en')} shards`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000]
] as const

/** In the largest unit of which it is a whole number. */
function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  const count = ms / length
  return `${count.toLocaleString('en')} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`
}
