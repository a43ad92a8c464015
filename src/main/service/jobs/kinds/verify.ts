import { isOlderThan } from '../../../../shared/text/age.ts'
import { formatCounted } from '../../../../shared/text/numbers.ts'
import { NotFoundError, verifyCache } from '../../../core/index.ts'
import type { OpenCache } from '../../cacheModel/openCache.ts'
import { inScope } from '../../catalog/scope.ts'
import { duration } from '../titleText.ts'
import type { JobDefinition, RequestOf } from './jobDefinition.ts'

export const verify: JobDefinition<'verify'> = {
  access: 'verifies',
  prepare: (cache, request) => {
    const shards = shardsOf(cache, request)
    return {
      order: { ...request, scope: undefined, shards: shards ?? undefined },
      title: titleOf(request, shards?.length ?? null),
      checked: checkedShards(cache, request, shards)
    }
  },
  run: async (root, { kind, shards, changed, olderThanMs, resume, secondReader }, options) => ({
    kind,
    report: await verifyCache(root, { ...options, shards, changed, olderThanMs, resume, secondReader })
  }),
  effect: ({ report: { findings, secondReader } }) => ({ type: 'compared', findings, secondReader })
}

/** The shards that it is limited to; null for all. */
function shardsOf(cache: OpenCache, { scope, shards }: RequestOf<'verify'>): string[] | null {
  if (shards !== undefined) return [...new Set(shards)]
  if (scope === undefined || Object.values(scope).every(part => part === undefined)) return null
  const inside = cache.lines().filter(line => inScope(line, scope))
  if (inside.length === 0) throw new NotFoundError('there is no shard in this part of the cache', { scope })
  return inside.map(line => line.shardPath)
}

function checkedShards(
  cache: OpenCache,
  { changed, olderThanMs }: RequestOf<'verify'>,
  shards: readonly string[] | null
): ReadonlySet<string> | null {
  if (changed !== true && olderThanMs === undefined) return shards === null ? null : new Set(shards)
  const all = shards ?? cache.lines().map(line => line.shardPath)
  const [age, now] = [olderThanMs ?? Number.POSITIVE_INFINITY, Date.now()]
  return new Set(all.filter(path => isOlderThan(cache.line(path)?.verifiedAtMs ?? null, age, now)))
}

function titleOf({ changed, olderThanMs, resume, secondReader }: RequestOf<'verify'>, shards: number | null): string {
  const all = shards === null ? 'the whole cache' : formatCounted(shards, 'shard')
  const readers = secondReader === true ? ' with two readers' : ''
  if (resume === true) return `Resume verifying ${all}${readers}`
  const parts = [
    ...(changed === true ? ['new or changed'] : []),
    ...(olderThanMs === undefined ? [] : [`not verified for ${duration(olderThanMs)}`])
  ]
  if (parts.length === 0) return `Verify ${all}${readers}`
  return `Verify shards (${parts.join(', or ')})${shards === null ? '' : ` of ${all}`}${readers}`
}
