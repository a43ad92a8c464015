/** Levels of the tree from one version of the cache to the next. */
import { replaceEqualDeep } from '@tanstack/react-query'
import type { TreeNode } from '../../../shared/contract/index.ts'

/**
 * The levels as they are now, those that did not change being the very ones of before. A large cache has thousands, a running job
 * changes few of them, and React keeps what it has shown for a while.
 */
export function sameLevels(before: readonly TreeNode[], now: readonly TreeNode[]): readonly TreeNode[] {
  const known = new Map(before.map(node => [node.id, node]))
  const levels = now.map(node => replaceEqualDeep(known.get(node.id), node))
  return levels.length === before.length && levels.every((node, at) => node === before[at]) ? before : levels
}
