/** Draws the visible blocks: a colour each and, if there is room, a shape for each that is not verified. */
import type { Health } from '../../../shared/contract/index.ts'
import { type BlockLayout, type BlockLine, firstRowAt, type Sizes } from './blockLayout.ts'

export type Palette = {
  readonly fill: Readonly<Record<Health, string>>
  /** The outline of a cell that was not verified, and of a suspect one. */
  readonly unverifiedLine: string
  readonly suspectLine: string
  /** The shape on a suspect cell, the inside of a missing one, and the shape on all others. */
  readonly suspectInk: string
  readonly missingInside: string
  readonly ink: string
  readonly gap: string
  readonly text: string
  readonly muted: string
  readonly accent: string
  readonly font: string
}

/** The current colours of the page. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const value = (name: string): string => style.getPropertyValue(name).trim()
  return {
    fill: {
      verified: value('--c-verified'),
      unverified: value('--c-unverified'),
      readable: value('--c-readable'),
      suspect: value('--c-suspect'),
      damaged: value('--c-damaged'),
      missing: value('--c-missing'),
      unsupported: value('--c-unsupported'),
      unreadable: value('--c-unreadable')
    },
    unverifiedLine: value('--c-unverified-line'),
    suspectLine: value('--c-suspect-line'),
    suspectInk: value('--c-suspect-ink'),
    missingInside: value('--c-missing-in'),
    ink: value('--c-mark'),
    gap: value('--c-none'),
    text: value('--text'),
    muted: value('--text-3'),
    accent: value('--accent'),
    font: style.fontFamily
  }
}

export type View = { readonly top: number; readonly width: number; readonly height: number; readonly scale: number }
export type Spot = { readonly line: number; readonly block: number } | null

type Cell = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

const LAST: ReadonlySet<Health> = new Set(['missing', 'damaged', 'suspect'])
/** CSS pixels. */
const LEAST_WIDTH = 7

/** Draws the part of the layout between `view.top` and `view.top + view.height`. */
export function drawBlocks(
  canvas: HTMLCanvasElement,
  lines: readonly BlockLine[],
  layout: BlockLayout,
  sizes: Sizes,
  view: View,
  palette: Palette,
  marks: { readonly selected: string | null; readonly hovered: Spot }
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const { top, width, height, scale } = view
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale)
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale)
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  context.translate(0, -top)
  context.textBaseline = 'middle'
  const { rows, slots } = layout
  const last: { readonly cell: Cell; readonly health: Health; readonly outline: 'chosen' | 'hovered' | null }[] = []
  for (let at = firstRowAt(rows, top); at < rows.length; at++) {
    const row = rows[at]
    if (row === undefined || row.y > top + height) break
    if (row.kind === 'title') {
      context.fillStyle = palette.muted
      context.font = `11px ${palette.font}`
      context.fillText(row.text, 0, row.y + row.height / 2 + 2, width)
      continue
    }
    const line = lines[row.line]
    const places = slots[row.line]
    if (line === undefined || places === undefined) continue
    if (row.labelled) {
      context.fillStyle = palette.text
      context.font = `11px ${palette.font}`
      context.fillText(shorten(context, line.label, sizes.label - 8), 0, row.y + (sizes.cellHeight - 1) / 2)
    }
    for (let slot = row.from; slot < row.to; slot++) {
      const index = places.get(slot)
      const block = index === undefined ? undefined : line.blocks[index]
      const cell = {
        x: sizes.label + (slot - row.from) * sizes.cellWidth,
        y: row.y,
        width: sizes.cellWidth - 1,
        height: sizes.cellHeight - 1
      }
      if (block === undefined) {
        context.fillStyle = palette.gap
        context.fillRect(cell.x, cell.y, cell.width, cell.height)
        continue
      }
      const chosen = block.shardPath === marks.selected
      const outline = chosen ? 'chosen' : marks.hovered?.line === row.line && marks.hovered.block === index ? 'hovered' : null
      if (LAST.has(block.health) || outline !== null) last.push({ cell, health: block.health, outline })
      else drawCell(context, block.health, cell, palette)
    }
  }
  // Blocks that need attention are drawn over their neighbours, with a minimum width that stays visible.
  for (const { cell, health, outline } of last) {
    const width = Math.max(cell.width, LAST.has(health) ? LEAST_WIDTH : 0)
    drawCell(context, health, { ...cell, x: cell.x - (width - cell.width) / 2, width }, palette)
    if (outline === null) continue
    context.strokeStyle = outline === 'chosen' ? palette.accent : palette.text
    context.lineWidth = outline === 'chosen' ? 2 : 1
    context.strokeRect(cell.x - 1, cell.y - 1, cell.width + 2, cell.height + 2)
  }
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  let length = text.length
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1
  return `${text.slice(0, length)}…`
}

/** Fills a cell like the mark of its health, because colour alone is not enough. */
function drawCell(context: CanvasRenderingContext2D, health: Health, cell: Cell, palette: Palette): void {
  const { x, y, width, height } = cell
  const least = Math.min(width, height)
  const box = (inset: number): void => {
    context.beginPath()
    context.roundRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, Math.min(2, least / 4))
  }
  context.fillStyle = health === 'missing' ? palette.missingInside : palette.fill[health]
  box(0)
  context.fill()
  if (health === 'unverified' || health === 'suspect' || health === 'missing') {
    const line = health === 'unverified' ? 1 : health === 'missing' && least >= 10 ? 2 : 1.6
    context.strokeStyle =
      health === 'unverified' ? palette.unverifiedLine : health === 'suspect' ? palette.suspectLine : palette.fill.missing
    context.globalAlpha = health === 'unverified' ? 0.6 : 1
    context.lineWidth = line
    box(line / 2)
    context.stroke()
    context.globalAlpha = 1
  }
  if (least >= 6) drawShape(context, health, cell, palette)
}

function drawShape(context: CanvasRenderingContext2D, health: Health, { x, y, width, height }: Cell, palette: Palette): void {
  const least = Math.min(width, height)
  const [cx, cy, side] = [x + width / 2, y + height / 2, least * 0.24]
  context.strokeStyle = health === 'suspect' ? palette.suspectInk : health === 'missing' ? palette.fill.missing : palette.ink
  context.fillStyle = context.strokeStyle
  context.lineWidth = Math.max(1.3, least / 8)
  context.beginPath()
  switch (health) {
    case 'damaged':
      context.moveTo(cx - side, cy - side)
      context.lineTo(cx + side, cy + side)
      context.moveTo(cx + side, cy - side)
      context.lineTo(cx - side, cy + side)
      break
    case 'suspect':
      context.moveTo(cx, cy - side)
      context.lineTo(cx, cy + side * 0.3)
      context.moveTo(cx, cy + side * 0.9)
      context.lineTo(cx, cy + side * 1.2)
      break
    case 'readable':
      context.arc(cx, cy, side, Math.PI / 2, -Math.PI / 2)
      context.fill()
      return
    case 'unsupported':
      context.moveTo(cx - side, cy + side)
      context.lineTo(cx + side, cy - side)
      break
    case 'missing':
    case 'unreadable':
      context.moveTo(cx - side, cy)
      context.lineTo(cx + side, cy)
      break
    case 'verified':
    case 'unverified':
      return
  }
  context.stroke()
}
