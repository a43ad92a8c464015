/** The tree on the left: encoder → layer → pool → contig, each with its contents, then the index and the quarantine. */

import { useMemo, useState } from 'react'
import { Button, type Key, type Selection as Keys, ListLayout, Tree, TreeItem, TreeItemContent, Virtualizer } from 'react-aria-components'
import type { Health, TreeNode } from '../../../shared/contract/index.ts'
import { useTree } from '../../state/queries/useTree.ts'
import { isWhole, scopeKey } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { describeHealth, formatBytes, formatCount, formatCounted, formatRows, worstHealth } from '../../text/index.ts'
import { wholeHealth } from '../../text/verified.ts'
import { FilterField } from '../../ui/controls/Field.tsx'
import { FoldIcon } from '../../ui/controls/Icons.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { ShortName } from '../../ui/text/ShortName.tsx'
import { VIEWS } from '../../views/views.ts'
import classes from './ScopeTree.module.css'
import { type ShownTree, shownTree } from './scopeTree.ts'

const ALL = ':all'
const INDEX = ':index'
const QUARANTINE = ':quarantine'
const ROW = 24

export function ScopeTree() {
  const { summary, selection, go } = useWorkspace('summary', 'selection', 'go')
  const [text, setText] = useState('')
  const [opened, setOpened] = useState<ReadonlySet<Key> | null>(null)
  const nodes = useTree()
  const shown = useMemo(() => shownTree(nodes, text), [nodes, text])
  const byScope = useMemo(() => new Map(nodes.map(node => [scopeKey(node.scope), node.id])), [nodes])
  const selected =
    selection.tab === 'index'
      ? INDEX
      : selection.tab === 'quarantine'
        ? QUARANTINE
        : isWhole(selection.scope)
          ? ALL
          : byScope.get(scopeKey(selection.scope))
  // Until the user folds a level, a small cache is open down to its pools, and a large one shows its encoders.
  const unfolded = useMemo(() => {
    const parents = [...shown.children.keys()]
    if (text !== '') return new Set<Key>(parents)
    return opened ?? new Set<Key>(nodes.length > 200 ? [] : nodes.filter(node => node.level !== 'pool').map(node => node.id))
  }, [shown, text, opened, nodes])

  const select = (keys: Keys): void => {
    if (keys === 'all') return
    const [key] = keys
    const tab = VIEWS[selection.tab].needs === 'scope' ? selection.tab : 'shards'
    if (key === INDEX || key === QUARANTINE) go({ tab: key === INDEX ? 'index' : 'quarantine' })
    else if (key === ALL) go({ tab, scope: {} })
    else {
      const node = nodes.find(({ id }) => id === key)
      if (node !== undefined) go({ tab, scope: node.scope })
    }
  }
  const drift = summary.index.drift ?? 0
  return (
    <>
      <div className={classes.head}>
        <FilterField className={classes.filter} value={text} onText={setText} placeholder='Filter' aria-label='Filter the tree by name' />
      </div>
      <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
        <Tree
          className={classes.tree}
          data-pane-entry=''
          aria-label='Encoders, layers, pools and contigs'
          selectionMode='single'
          selectionBehavior='replace'
          disallowEmptySelection
          selectedKeys={selected === undefined ? [] : [selected]}
          onSelectionChange={select}
          expandedKeys={unfolded}
          onExpandedChange={setOpened}
        >
          <Entry
            id={ALL}
            label='All shards'
            count={formatCount(summary.shards)}
            bytes={formatBytes(summary.bytes)}
            health={wholeHealth(summary)}
            title={`${formatCounted(summary.shards, 'shard')}, ${formatRows(summary.rows, summary.withoutRowCount)}, ${formatBytes(summary.bytes)}`}
          />
          {levels(shown.roots, shown, unfolded)}
          <TreeItem id={INDEX} textValue='Index' className={classes.item}>
            <TreeItemContent>
              <div className={classes.row}>
                <span className={classes.fold} />
                <span className={classes.label}>Index</span>
                {summary.index.state !== 'present' ? (
                  <HealthMark mark='suspect' word={summary.index.state} />
                ) : drift > 0 ? (
                  <HealthMark mark='suspect' word={`${formatCounted(drift, 'entry', 'entries')} off`} />
                ) : (
                  <span className={classes.bytes}>{formatBytes(summary.index.bytes)}</span>
                )}
              </div>
            </TreeItemContent>
          </TreeItem>
          <TreeItem id={QUARANTINE} textValue='Quarantine' className={classes.item}>
            <TreeItemContent>
              <div className={classes.row}>
                <span className={classes.fold} />
                <span className={classes.label}>Quarantine</span>
                {summary.quarantined > 0 && <HealthMark mark='quarantined' word={formatCount(summary.quarantined)} />}
              </div>
            </TreeItemContent>
          </TreeItem>
        </Tree>
      </Virtualizer>
    </>
  )
}

const LAYOUT = { rowSize: ROW }

/**
 * Children of a folded level are not built, because a cache may hold tens of thousands of contigs. Only the first one is built, because the
 * tree needs it to know that the level can be unfolded.
 */
function levels(nodes: readonly TreeNode[], shown: ShownTree, unfolded: ReadonlySet<Key>) {
  return nodes.map(node => {
    const below = shown.children.get(node.id) ?? []
    return (
      <Entry
        key={node.id}
        id={node.id}
        label={node.level === 'layer' ? `layer ${node.label.replace(/^layer /, '')}` : node.label}
        count={formatCount(node.shards)}
        bytes={formatBytes(node.bytes)}
        health={node.health}
        title={`${node.label}: ${formatCounted(node.shards, 'shard')}, ${formatRows(node.rows, node.withoutRowCount)}, ${formatBytes(node.bytes)}`}
        hasBelow={below.length > 0}
      >
        {levels(unfolded.has(node.id) ? below : below.slice(0, 1), shown, unfolded)}
      </Entry>
    )
  })
}

function Entry({
  id,
  label,
  count,
  bytes,
  health,
  title,
  hasBelow = false,
  children
}: {
  readonly id: string
  readonly label: string
  readonly count: string
  readonly bytes: string
  readonly health: Partial<Record<Health, number>>
  readonly title: string
  readonly hasBelow?: boolean
  readonly children?: React.ReactNode
}) {
  const worst = worstHealth(health)
  return (
    <TreeItem id={id} textValue={label} className={classes.item}>
      <TreeItemContent>
        {({ isExpanded }) => (
          <div className={classes.row}>
            {hasBelow ? (
              <Button slot='chevron' className={classes.fold} data-expanded={isExpanded || undefined}>
                <FoldIcon />
              </Button>
            ) : (
              <span className={classes.fold} />
            )}
            <span className={classes.label} title={`${title} · ${describeHealth(health)}`}>
              <ShortName text={label} />
            </span>
            <span className={classes.count}>{count}</span>
            <span className={classes.bytes}>{bytes}</span>
            {worst !== null && <HealthMark mark={worst} />}
          </div>
        )}
      </TreeItemContent>
      {children}
    </TreeItem>
  )
}
