/** The layout of blocks on a canvas: one line per contig, one cell per block, with gaps. Long lines are wrapped. Pure. */
import type { Health } from '../../../shared/contract/index.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'

export type Block = {
  /** Stride block, or the ordinal number if there is none. */
  readonly at: number
  readonly health: Health
  readonly shards: number
  readonly shardPath: string
}

/** Blocks in ascending order of `at`. */
export type BlockLine = { readonly group: string | null; readonly label: string; readonly blocks: readonly Block[] }

export type Row =
  | { readonly kind: 'title'; readonly y: number; readonly height: number; readonly text: string }
  | {
      readonly kind: 'cells'
      readonly y: number
      readonly height: number
      readonly line: number
      /** Only the first row of a line has the label. */
      readonly labelled: boolean
      /** Slots from `from` to `to`, exclusive. */
      readonly from: number
      readonly to: number
    }

export type Sizes = {
  readonly width: number
  /** Width of the labels, at most the requested one. */
  readonly label: number
  readonly cellWidth: number
  readonly cellHeight: number
  readonly lineGap: number
  readonly title: number
}

/** `slots[line]` maps a slot to the index of its block. */
export type BlockLayout = {
  readonly rows: readonly Row[]
  readonly height: number
  readonly perRow: number
  readonly slots: readonly ReadonlyMap<number, number>[]
}

/** The block of a lane that contains a shard, by the path that identifies the block. Null if none contains it. */
export function blockHolding(lines: readonly BlockLine[], address: ShardAddress | null): string | null {
  if (address === null) return null
  const line = lines.find(({ label }) => label === address.contig)
  return line?.blocks.find(block => block.at === address.strideBlock)?.shardPath ?? null
}

/** A line with far more gaps than blocks is drawn without gaps. */
function isSparse(blocks: readonly Block[]): boolean {
  const last = blocks.at(-1)
  return last === undefined || last.at + 1 > 4 * blocks.length + 64
}

/** The slot in which each block is drawn. */
function slotsOf({ blocks }: BlockLine): Map<number, number> {
  const sparse = isSparse(blocks)
  return new Map(blocks.map((block, index) => [sparse ? index : block.at, index]))
}

/** Number of slots of a line, including gaps. */
function extentOf(blocks: readonly Block[]): number {
  const last = blocks.at(-1)
  return last === undefined ? 0 : isSparse(blocks) ? blocks.length : last.at + 1
}

/** Fits the requested sizes to the canvas. Labels are no wider than necessary, and cells shrink to `narrowest` if that avoids wrapping. */
export function fitSizes(lines: readonly BlockLine[], asked: Omit<Sizes, 'width'> & { readonly narrowest: number }, width: number): Sizes {
  const { narrowest, ...sizes } = asked
  const letters = lines.reduce((most, line) => Math.max(most, line.label.length), 0)
  const slots = lines.reduce((most, line) => Math.max(most, extentOf(line.blocks)), 1)
  const label = Math.min(sizes.label, letters * 7 + 12)
  return { ...sizes, width, label, cellWidth: Math.min(sizes.cellWidth, Math.max(narrowest, Math.floor((width - label) / slots))) }
}

/** Arranges the lines from top to bottom. */
export function layoutBlocks(lines: readonly BlockLine[], sizes: Sizes): BlockLayout {
  const perRow = Math.max(1, Math.floor((sizes.width - sizes.label) / sizes.cellWidth))
  const rows: Row[] = []
  const slots: Map<number, number>[] = []
  let y = 0
  let group: string | null = null
  for (const [index, line] of lines.entries()) {
    if (line.group !== group) {
      group = line.group
      if (group !== null) {
        rows.push({ kind: 'title', y, height: sizes.title, text: group })
        y += sizes.title
      }
    }
    const places = slotsOf(line)
    slots.push(places)
    const extent = extentOf(line.blocks)
    for (let from = 0; from < Math.max(1, extent); from += perRow) {
      rows.push({
        kind: 'cells',
        y,
        height: sizes.cellHeight,
        line: index,
        labelled: from === 0,
        from,
        to: Math.min(extent, from + perRow)
      })
      y += sizes.cellHeight
    }
    y += sizes.lineGap
  }
  return { rows, height: y, perRow, slots }
}

/** The first row that ends below `y`. */
export function firstRowAt(rows: readonly Row[], y: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    const row = rows[middle]
    if (row !== undefined && row.y + row.height <= y) low = middle + 1
    else high = middle
  }
  return low
}

/** The block at a point. Null between cells, in a gap or on a title. */
export function blockAt(layout: BlockLayout, sizes: Sizes, x: number, y: number): { readonly line: number; readonly block: number } | null {
  const row = layout.rows[firstRowAt(layout.rows, y)]
  if (row === undefined || row.kind !== 'cells' || y < row.y || x < sizes.label) return null
  const slot = row.from + Math.floor((x - sizes.label) / sizes.cellWidth)
  if (slot >= row.to) return null
  const block = layout.slots[row.line]?.get(slot)
  return block === undefined ? null : { line: row.line, block }
}

/** The top left corner of a block. */
export function placeOf(layout: BlockLayout, sizes: Sizes, line: number, block: number): { readonly x: number; readonly y: number } | null {
  for (const [slot, index] of layout.slots[line] ?? []) {
    if (index !== block) continue
    const row = layout.rows.find(
      candidate => candidate.kind === 'cells' && candidate.line === line && slot >= candidate.from && slot < candidate.to
    )
    return row === undefined || row.kind !== 'cells' ? null : { x: sizes.label + (slot - row.from) * sizes.cellWidth, y: row.y }
  }
  return null
}
