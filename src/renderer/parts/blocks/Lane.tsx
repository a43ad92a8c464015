/** The lane above the table: the contigs of the selection, one cell per stride block, with gaps. */

import { useMemo } from 'react'
import { useAddress, useLane } from '../../state/queries/queries.ts'
import { scopeHolds } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { BlockCanvas } from './BlockCanvas.tsx'
import { type BlockLine, blockHolding } from './blockLayout.ts'
import classes from './Lane.module.css'

const SIZES = { label: 84, narrowest: 3, cellWidth: 11, cellHeight: 15, lineGap: 3, title: 18 }
const NO_LINES: readonly BlockLine[] = []
/** Lines that are visible without scrolling. */
const SEEN = 6

export function Lane() {
  const { selection, go } = useWorkspace('selection', 'go')
  const { scope, shardPath } = selection
  const address = useAddress(shardPath)
  const { data } = useLane(scope)
  const lines = useMemo<readonly BlockLine[]>(
    () =>
      data?.contigs.map(({ contig, blocks }) => ({
        group: null,
        label: contig,
        blocks: blocks.map(({ strideBlock, ...block }) => ({ ...block, at: strideBlock })).sort((one, other) => one.at - other.at)
      })) ?? NO_LINES,
    [data]
  )
  const block = useMemo(
    () => (address === undefined || !scopeHolds(scope, address) ? null : blockHolding(lines, address)),
    [lines, scope, address]
  )
  if (lines.length === 0) return null
  const height = Math.min(SEEN, lines.length) * (SIZES.cellHeight + SIZES.lineGap) + 13
  return (
    <section className={classes.lane} style={{ height }} aria-label='Lane'>
      <BlockCanvas
        name='Blocks by contig'
        lines={lines}
        sizes={SIZES}
        selected={block}
        onSelect={block => go({ shardPath: block.shardPath, rowOffset: null })}
      />
      {data?.truncated === true && <p className={classes.note}>The first 4,000 blocks. The Map tab shows all.</p>}
    </section>
  )
}
