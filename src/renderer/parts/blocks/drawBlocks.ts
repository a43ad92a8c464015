/** Draws what of the blocks is in view: a colour and, where there is room, a shape for each that is not well. */
import { HEALTHS } from '../../../shared/contract/constants.ts'
import type { Health } from '../../../shared/contract/index.ts'
import { type BlockLayout, type BlockLine, firstRowAt, type Sizes } from './blockLayout.ts'

export type Palette = {
  readonly fill: Readonly<Record<Health, string>>
  readonly gap: string
  readonly text: string
  readonly muted: string
  readonly ink: string
  readonly accent: string
  readonly font: string
}

/** The colours of the page as they are now. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const value = (name: string): string => style.getPropertyValue(name).trim()
  const fill = Object.fromEntries(HEALTHS.map(health => [health, value(`--fill-${health}`)]))
  return {
    fill: {
      verified: fill.verified ?? '',
      unverified: fill.unverified ?? '',
      readable: fill.readable ?? '',
      suspect: fill.suspect ?? '',
      damaged: fill.damaged ?? '',
      missing: fill.missing ?? '',
      unsupported: fill.unsupported ?? '',
      unreadable: fill.unreadable ?? ''
    },
    gap: value('--fill-gap'),
    text: value('--text'),
    muted: value('--text-3'),
    ink: value('--bg'),
    accent: value('--accent'),
    font: style.fontFamily
  }
}

export type View = { readonly top: number; readonly width: number; readonly height: number; readonly scale: number }
export type Spot = { readonly line: number; readonly block: number } | null

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
  const w = sizes.cellWidth - 1
  const h = sizes.cellHeight - 1
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
      context.fillText(shorten(context, line.label, sizes.label - 8), 0, row.y + h / 2)
    }
    for (let slot = row.from; slot < row.to; slot++) {
      const x = sizes.label + (slot - row.from) * sizes.cellWidth
      const index = places.get(slot)
      const block = index === undefined ? undefined : line.blocks[index]
      context.fillStyle = block === undefined ? palette.gap : palette.fill[block.health]
      context.fillRect(x, row.y, w, h)
      if (block === undefined) continue
      if (w >= 6 && h >= 6) drawShape(context, block.health, x, row.y, w, h, palette.ink)
      const chosen = block.shardPath === marks.selected
      if (chosen || (marks.hovered?.line === row.line && marks.hovered.block === index)) {
        context.strokeStyle = chosen ? palette.accent : palette.text
        context.lineWidth = chosen ? 2 : 1
        context.strokeRect(x - 0.5, row.y - 0.5, w + 1, h + 1)
      }
    }
  }
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  let length = text.length
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1
  return `${text.slice(0, length)}…`
}

/** The shape of the mark, small: colour alone never says it. */
function drawShape(context: CanvasRenderingContext2D, health: Health, x: number, y: number, w: number, h: number, ink: string): void {
  if (health === 'verified' || health === 'unverified') return
  const side = Math.min(w, h) / 2 - 1.5
  const cx = x + w / 2
  const cy = y + h / 2
  context.strokeStyle = ink
  context.fillStyle = ink
  context.lineWidth = 1.4
  context.beginPath()
  if (health === 'damaged') {
    context.moveTo(cx - side, cy - side)
    context.lineTo(cx + side, cy + side)
    context.moveTo(cx + side, cy - side)
    context.lineTo(cx - side, cy + side)
  } else if (health === 'suspect') {
    context.moveTo(cx, cy - side)
    context.lineTo(cx, cy + side * 0.3)
    context.moveTo(cx, cy + side * 0.7)
    context.lineTo(cx, cy + side)
  } else if (health === 'readable') {
    context.arc(cx, cy, side * 0.8, Math.PI / 2, -Math.PI / 2)
    context.fill()
    return
  } else {
    context.moveTo(cx - side, health === 'unsupported' ? cy + side : cy)
    context.lineTo(cx + side, health === 'unsupported' ? cy - side : cy)
  }
  context.stroke()
}
