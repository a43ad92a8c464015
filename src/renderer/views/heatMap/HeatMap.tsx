/** The heat map with its axes, pointer and keys, and a description in words. */

import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react'
import type { RowLine } from '../../../shared/contract/index.ts'
import { usePacedRow } from '../../parts/usePacedRow.ts'
import { useRowPages } from '../../state/queries/rowPages.ts'
import { capital, formatCount, formatCounted, formatFloat, formatLocus } from '../../text/index.ts'
import { ColourBar } from '../../ui/plots/ColourBar.tsx'
import { colourTable, limitOf, type Theme, wordFor } from '../../ui/plots/colourMap.ts'
import { type Size, useSettled, useSize, useTheme } from '../../ui/plots/useCanvas.ts'
import { lineAfterKey } from '../../ui/tables/model/lineAfterKey.ts'
import { Hidden, Muted } from '../../ui/text/Text.tsx'
import styles from './HeatMapTab.module.css'
import { clamp, firstEmptyLine, type Picture, partAt, type Spot, spotAt, ticks } from './heatMapPlace.ts'

type Shown = Picture & { readonly low: number; readonly high: number; readonly damage: string | null }

/** A row of the shard and a column of the picture. */
type Pointed = { readonly row: number; readonly column: number }

const LABEL = 18
const VALUE_LABEL = 56

export function HeatMap({ shardPath, picture }: { readonly shardPath: string; readonly picture: Shown }) {
  const theme = useTheme()
  const words = useId()
  const { row: selected, choose } = usePacedRow()
  const [box, size] = useSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const { rows, dimensions, low, high } = picture
  const limit = limitOf(low, high)
  useEffect(() => {
    if (canvas.current !== null && size !== null) paint(canvas.current, picture, size, limit, theme)
  }, [picture, size, limit, theme])

  // Without a pointer, the keys move along the selected row.
  const at = pointed ?? (selected !== null && selected < rows ? { row: selected, column: 0 } : null)
  const spot = at === null ? null : spotAt(picture, clamp(at.column, picture.width), at.row)
  const asked = useSettled(at?.row ?? null, 60)
  const row = useRowPages(shardPath, asked === null ? [] : [asked]).rowAt(at?.row ?? -1) ?? null

  const point = (event: PointerEvent<HTMLElement>): Pointed => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect()
    return { row: partAt((event.clientY - top) / height, rows), column: partAt((event.clientX - left) / width, picture.width) }
  }
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const from = at ?? { row: 0, column: 0 }
    const across = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    const next = across === undefined ? lineAfterKey(event.key, at?.row ?? null, rows, Math.ceil(rows / 10)) : from.row
    if (event.key === 'Escape') setPointed(null)
    else if ((event.key === 'Enter' || event.key === ' ') && at !== null) choose(at.row, false)
    else if (next === null) return
    else setPointed({ row: next, column: clamp(from.column + (across ?? 0), picture.width) })
    event.preventDefault()
  }
  const rowHeight = size === null ? 0 : size.height / rows
  const empty = picture.damage === null ? null : firstEmptyLine(picture)
  return (
    <div className={styles.map}>
      <div className={styles.top}>
        <output className={styles.readout} aria-live='polite'>
          {spot === null ? <Muted>{summary(picture)}</Muted> : <Readout spot={spot} row={row} />}
        </output>
        <ColourBar limit={limit} />
      </div>
      <div className={styles.rowAxis} aria-hidden='true'>
        {size !== null &&
          ticks(rows, size.height / (LABEL * 2)).map(tick => (
            <span key={tick} style={{ top: (tick + 0.5) * rowHeight }}>
              {formatCount(tick)}
            </span>
          ))}
        {selected !== null && selected < rows && <i className={styles.arrow} style={{ top: (selected + 0.5) * rowHeight }} />}
      </div>
      <div
        ref={box}
        className={styles.picture}
        role='application'
        aria-roledescription='heat map'
        aria-label='Heat map of the shard. Arrow keys move, Enter selects the row.'
        aria-describedby={words}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is explored with the arrow keys
        tabIndex={0}
        onPointerMove={event => setPointed(point(event))}
        onPointerLeave={() => setPointed(null)}
        onClick={() => pointed !== null && choose(pointed.row, false)}
        onKeyDown={press}
      >
        <canvas ref={canvas} className={styles.canvas} />
        {size !== null && empty !== null && (
          <div className={styles.lost} style={{ top: (empty / picture.height) * size.height }}>
            {capital(picture.damage ?? '')}
          </div>
        )}
        {size !== null && selected !== null && selected < rows && (
          <div className={styles.selected} style={{ top: selected * rowHeight, height: Math.max(2, rowHeight) }} />
        )}
        {size !== null && pointed !== null && (
          <>
            <div className={styles.pointedRow} style={{ top: (pointed.row + 0.5) * rowHeight }} />
            <div className={styles.pointedValue} style={{ left: ((pointed.column + 0.5) / picture.width) * size.width }} />
          </>
        )}
      </div>
      <div className={styles.valueAxis} aria-hidden='true'>
        {size !== null &&
          ticks(dimensions, size.width / VALUE_LABEL, true).map(tick => (
            <span key={tick} style={{ left: ((tick + 0.5) / dimensions) * size.width }}>
              {formatCount(tick)}
            </span>
          ))}
      </div>
      <Hidden as='p' id={words}>
        {summary(picture)} {picture.damage}
      </Hidden>
    </div>
  )
}

/** The picture in one sentence. */
function summary(picture: Shown): string {
  const { rows, dimensions, low, high } = picture
  if (firstEmptyLine(picture) === 0) return `${formatCounted(rows, 'row')}, none of which can be drawn`
  return `${formatCounted(rows, 'row')} × ${formatCounted(dimensions, 'dimension')}. 98 % of the values are between ${formatFloat(low, 3)} and ${formatFloat(high, 3)}`
}

function Readout({ spot, row }: { readonly spot: Spot; readonly row: RowLine | null }) {
  const { firstValue, lastValue, mean } = spot
  const one = firstValue === lastValue
  return (
    <>
      <span className={styles.field}>row {formatCount(spot.row)}</span>
      <span className={styles.field}>
        {one ? `value ${formatCount(firstValue)}` : `values ${formatCount(firstValue)}–${formatCount(lastValue)}`}
      </span>
      <span className={styles.field}>
        {one || Number.isNaN(mean) ? '' : 'mean '}
        {Number.isNaN(mean) ? 'no finite value' : formatFloat(mean)}
      </span>
      <span className={styles.field}>{row === null ? '' : formatLocus(row)}</span>
    </>
  )
}

function paint(canvas: HTMLCanvasElement, picture: Shown, { width, height, ratio }: Size, limit: number, theme: Theme): void {
  canvas.width = Math.max(1, Math.round(width * ratio))
  canvas.height = Math.max(1, Math.round(height * ratio))
  const context = canvas.getContext('2d')
  if (context === null) return
  const image = new ImageData(picture.width, picture.height)
  const pixels = new Uint32Array(image.data.buffer)
  const table = colourTable(theme)
  for (let i = 0; i < pixels.length; i++) pixels[i] = wordFor(table, picture.cells[i] ?? Number.NaN, limit)
  const exact = new OffscreenCanvas(picture.width, picture.height)
  exact.getContext('2d')?.putImageData(image, 0, 0)
  // Cells stay sharp if there are fewer cells than pixels.
  context.imageSmoothingEnabled = picture.width > canvas.width || picture.height > canvas.height
  context.drawImage(exact, 0, 0, canvas.width, canvas.height)
}
