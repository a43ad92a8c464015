/** Rows that an index cannot hold because they are of another layout. They are reported once, and not for each shard or row. */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import { LAYOUTS, WRITTEN_LAYOUT } from '../layouts/registry.ts'

type Count = { shards: number; rows: number }

/** Counts the shards of each layout. */
export class LayoutCounts {
  private readonly counts = new Map<LayoutVersion, Count>()

  add(layout: LayoutVersion, rows: number): void {
    const count = this.counts.get(layout) ?? { shards: 0, rows: 0 }
    count.shards += 1
    count.rows += rows
    this.counts.set(layout, count)
  }

  /** Whether there are shards, and none of them has the written layout. */
  get isForeign(): boolean {
    return this.counts.size > 0 && !this.counts.has(WRITTEN_LAYOUT.version)
  }

  /** One finding for each layout that an index of another one cannot hold. */
  findings(index: LayoutVersion): Finding[] {
    return [...this.counts].flatMap(([layout, count]) => (layout === index || count.rows === 0 ? [] : [otherLayout(index, layout, count)]))
  }
}

function otherLayout(index: LayoutVersion, layout: LayoutVersion, { shards, rows }: Count): Finding {
  const facts = { index, layout, shards, rows, hasIndex: LAYOUTS[layout].indexStatements !== null }
  return finding('index_other_layout', INDEX_PATH, facts, { details: { index_layout: index, layout, shards, count: rows } })
}
