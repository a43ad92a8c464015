/** The tree encoder → layer → pool → contig with totals of each node; parents before their children. */
import type { Scope, TreeNode } from '../../../shared/contract/index.ts'
import { type CatalogEntry, type Group, healthOf } from './catalogEntry.ts'

const natural = new Intl.Collator('en', { numeric: true })

type Sums = { shards: number; rows: number; withoutRowCount: number; bytes: number; unread: number; health: TreeNode['health'] }
type Node = { readonly node: Omit<TreeNode, keyof Sums>; readonly sums: Sums; readonly children: Map<string, Node> }

/**
 * @param lines all shards; those outside of layout 1 are in no node
 * @param absent missing shards: only their health counts
 */
export function treeOf(lines: readonly CatalogEntry[], absent: readonly CatalogEntry[] = []): TreeNode[] {
  const top = new Map<string, Node>()
  const paths = new Map<Group, Node[]>()
  const nodesFor = (group: Group): Node[] => {
    let path = paths.get(group)
    if (path === undefined) {
      path = nodesOf(group, top)
      paths.set(group, path)
    }
    return path
  }
  for (const { group } of absent) {
    if (group === null) continue
    for (const { sums } of nodesFor(group)) sums.health.missing = (sums.health.missing ?? 0) + 1
  }
  for (const line of lines) {
    const { group } = line
    if (group === null) continue
    const health = healthOf(line)
    for (const { sums } of nodesFor(group)) {
      sums.shards += 1
      sums.bytes += line.bytes
      sums.rows += line.rows ?? 0
      if (line.rows === null) sums.withoutRowCount += 1
      if (!line.footerSeen) sums.unread += 1
      sums.health[health] = (sums.health[health] ?? 0) + 1
    }
  }
  const list: TreeNode[] = []
  flatten(top, list)
  return list
}

/** The nodes from the encoder to the contig, created if they are missing. */
function nodesOf({ encoder, stateLayer, pool, contig }: Group, top: Map<string, Node>): Node[] {
  const steps: readonly { level: TreeNode['level']; label: string; scope: Scope }[] = [
    { level: 'encoder', label: encoder, scope: { encoder } },
    { level: 'layer', label: String(stateLayer), scope: { encoder, stateLayer } },
    { level: 'pool', label: pool, scope: { encoder, stateLayer, pool } },
    { level: 'contig', label: contig, scope: { encoder, stateLayer, pool, contig } }
  ]
  const path: Node[] = []
  let siblings = top
  let parent: string | null = null
  for (const step of steps) {
    const id: string = parent === null ? step.label : `${parent}/${step.label}`
    let next = siblings.get(step.label)
    if (next === undefined) {
      next = {
        node: { id, parent, ...step },
        sums: { shards: 0, rows: 0, withoutRowCount: 0, bytes: 0, unread: 0, health: {} },
        children: new Map()
      }
      siblings.set(step.label, next)
    }
    path.push(next)
    siblings = next.children
    parent = id
  }
  return path
}

function flatten(siblings: ReadonlyMap<string, Node>, list: TreeNode[]): void {
  const sorted = [...siblings].sort(([a], [b]) => natural.compare(a, b) || (a < b ? -1 : 1))
  for (const [, { node, sums, children }] of sorted) {
    const { unread, rows, ...counts } = sums
    list.push({ ...node, ...counts, rows: unread === 0 ? rows : null })
    flatten(children, list)
  }
}
