/** The levels that the tree shows: children by parent, and the filter. */
import type { TreeNode } from '../../../shared/contract/index.ts'

export type ShownTree = {
  readonly roots: readonly TreeNode[]
  /** In their original order. */
  readonly children: ReadonlyMap<string, readonly TreeNode[]>
}

/**
 * Keeps the levels whose names contain `text` in any case, with their ancestors and descendants. Each of several words must occur on the
 * path to a level.
 */
export function shownTree(nodes: readonly TreeNode[], text: string): ShownTree {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const byId = new Map(nodes.map(node => [node.id, node]))
  const kept = words.length === 0 ? byId : keepMatching(nodes, byId, words)
  const roots: TreeNode[] = []
  const children = new Map<string, TreeNode[]>()
  for (const node of nodes) {
    if (!kept.has(node.id)) continue
    if (node.parent === null) roots.push(node)
    else {
      const siblings = children.get(node.parent)
      if (siblings === undefined) children.set(node.parent, [node])
      else siblings.push(node)
    }
  }
  return { roots, children }
}

function keepMatching(nodes: readonly TreeNode[], byId: ReadonlyMap<string, TreeNode>, words: readonly string[]): Map<string, TreeNode> {
  const kept = new Map<string, TreeNode>()
  const trails = new Map<string, string>()
  const trailOf = (node: TreeNode): string => {
    const known = trails.get(node.id)
    if (known !== undefined) return known
    const parent = node.parent === null ? undefined : byId.get(node.parent)
    const trail = `${parent === undefined ? '' : `${trailOf(parent)}\n`}${node.label.toLowerCase()}`
    trails.set(node.id, trail)
    return trail
  }
  for (const node of nodes) {
    const trail = trailOf(node)
    if (!words.every(word => trail.includes(word))) continue
    for (let at: TreeNode | undefined = node; at !== undefined && !kept.has(at.id); ) {
      kept.set(at.id, at)
      at = at.parent === null ? undefined : byId.get(at.parent)
    }
  }
  return kept
}
