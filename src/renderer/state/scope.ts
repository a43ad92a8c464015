/** Scopes in words, and the shards that they contain. */
import type { Scope, TreeNode } from '../../shared/contract/index.ts'
import type { ShardAddress } from '../../shared/model/shard.ts'

/** Whether a shard is in a scope. @param address null for a shard outside of every layout */
export function scopeHolds(scope: Scope, address: ShardAddress | null): boolean {
  if (address === null) return isWhole(scope)
  return (
    (scope.encoder === undefined || scope.encoder === address.encoder) &&
    (scope.stateLayer === undefined || scope.stateLayer === address.stateLayer) &&
    (scope.pool === undefined || scope.pool === `${address.poolType}_${address.poolRadius}`) &&
    (scope.contig === undefined || scope.contig === address.contig)
  )
}

export const WHOLE: Scope = {}

/** Whether the scope is the whole cache. */
export function isWhole(scope: Scope): boolean {
  return scope.encoder === undefined && scope.stateLayer === undefined && scope.pool === undefined && scope.contig === undefined
}

/** `demo-encoder / layer 3 / centered_mean_64 / chr1`, or `the whole cache`. */
export function scopeText(scope: Scope): string {
  const parts = [
    scope.encoder,
    scope.stateLayer === undefined ? undefined : `layer ${scope.stateLayer}`,
    scope.pool,
    scope.contig === undefined ? undefined : `contig ${scope.contig}`
  ].filter(part => part !== undefined)
  return parts.length === 0 ? 'the whole cache' : parts.join(' / ')
}

/** The folder that holds the whole scope, with a trailing `/`. */
export function folderOf({ encoder, stateLayer, pool }: Scope): string {
  if (encoder === undefined) return 'embeddings/'
  if (stateLayer === undefined) return `embeddings/${encoder}/`
  return pool === undefined ? `embeddings/${encoder}/${stateLayer}/` : `embeddings/${encoder}/${stateLayer}/${pool}/`
}

/** The narrowest scope with the same shards, down to the pool. A level with a single child is replaced by that child. */
export function narrowed(scope: Scope, nodes: readonly TreeNode[]): Scope {
  let at = scope
  for (let level = 0; level < 3; level++) {
    const key = scopeKey(at)
    const above = isWhole(at) ? null : nodes.find(node => scopeKey(node.scope) === key)?.id
    const [only, ...others] = nodes.filter(({ parent }) => parent === above)
    if (only === undefined || others.length > 0 || only.level === 'contig') return at
    at = only.scope
  }
  return at
}

/** A unique key for a scope, independent of the order of its parts. */
export function scopeKey({ encoder, stateLayer, pool, contig }: Scope): string {
  return JSON.stringify([encoder ?? null, stateLayer ?? null, pool ?? null, contig ?? null])
}
