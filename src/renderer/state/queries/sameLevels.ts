/** Levels of the tree from one version of the cache to the next. */
import { replaceEqualDeep } from '@tanstack/react-query'
import type { TreeNode } from '../../../shared/contract/index.ts'

/**
 * The new levels, with unchanged ones as identical objects. A large cache has thousands of levels, and a running job changes few of them.
 * React keeps previously rendered objects for a while.
 */
export function sameLevels(before: readonly TreeNode[], now: readonly TreeNode[]): readonly TreeNode[] {
  const known = new Map(before.map(node => [node.id, node]))
  const levels = now.map(node => replaceEqualDeep(known.get(node.id), node))
  return levels.length === before.length && levels.every((node, at) => node === before[at]) ? before : levels
}
