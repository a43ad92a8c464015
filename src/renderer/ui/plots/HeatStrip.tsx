/** A vector as coloured cells, one per value, with pointer and arrow keys, and announced to screen readers. */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef } from 'react'
import { describePlace, exactValue } from '../../text/export/vectorText.ts'
import { ColourBar } from './ColourBar.tsx'
import { colourTable, wordFor } from './colourMap.ts'
import styles from './HeatStrip.module.css'
import { layOutStrip, moveIn, type StripLayout, valueAt } from './stripLayout.ts'
import { useSize, useTheme } from './useCanvas.ts'

export function HeatStrip({
  values,
  limit,
  index,
  onIndex
}: {
  readonly values: Float64Array
  /** The value at the end of the colour map. */
  readonly limit: number
  /** The current value. */
  readonly index: number | null
  readonly onIndex: (index: number | null) => void
}) {
  const theme = useTheme()
  const [box, size] = useSize<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const layout = useMemo(() => (size === null ? null : layOutStrip(values.length, size.width)), [size, values])
  const ratio = size?.ratio ?? 1
  useEffect(() => {
    if (layout !== null && canvas.current !== null) paint(canvas.current, layout, ratio, values, limit, theme)
  }, [layout, ratio, values, limit, theme])

  const point = (event: PointerEvent): void => {
    if (layout === null || canvas.current === null) return
    const { left, top } = canvas.current.getBoundingClientRect()
    onIndex(valueAt(layout, values.length, event.clientX - left, event.clientY - top))
  }
  const press = (event: KeyboardEvent): void => {
    const next = layout === null ? null : index === null ? 0 : moveIn(layout, values.length, index, event.key)
    if (next === null || (index === null && !/^(Arrow|Home|End|Page)/.test(event.key))) return
    event.preventDefault()
    onIndex(next)
  }
  const value = index === null ? undefined : values[index]
  return (
    <div className={styles.strip}>
      <div
        ref={box}
        className={styles.box}
        role='slider'
        tabIndex={0}
        aria-label='Values of the vector. Use the arrow keys to move.'
        aria-valuemin={0}
        aria-valuemax={Math.max(0, values.length - 1)}
        aria-valuenow={index ?? 0}
        aria-valuetext={index === null ? 'no value selected' : describePlace(index, values.length)}
        style={{ height: layout === null ? 144 : layout.lines * layout.cellHeight }}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => onIndex(null)}
        onKeyDown={press}
      >
        <canvas ref={canvas} className={styles.canvas} />
        {layout !== null && index !== null && (
          <span
            className={styles.mark}
            style={{
              left: (index % layout.columns) * layout.cellWidth,
              top: Math.floor(index / layout.columns) * layout.cellHeight,
              width: layout.cellWidth,
              height: layout.cellHeight
            }}
          />
        )}
      </div>
      <div className={styles.below}>
        <span className={styles.hint}>{layout !== null && `${layout.columns} values per line`}</span>
        <ColourBar limit={limit} />
      </div>
      <output className={styles.readout} aria-live='polite'>
        {index !== null && value !== undefined && (
          <>
            <span className={styles.place}>[{index}]</span> {exactValue(value)}
          </>
        )}
      </output>
    </div>
  )
}

function paint(
  canvas: HTMLCanvasElement,
  { columns, lines, cellWidth, cellHeight }: StripLayout,
  ratio: number,
  values: Float64Array,
  limit: number,
  theme: 'light' | 'dark'
): void {
  const [width, height] = [Math.round(columns * cellWidth * ratio), Math.round(lines * cellHeight * ratio)]
  canvas.width = width
  canvas.height = height
  canvas.style.width = `${columns * cellWidth}px`
  canvas.style.height = `${lines * cellHeight}px`
  const context = canvas.getContext('2d')
  if (context === null || width === 0) return
  const image = context.createImageData(width, height)
  const pixels = new Uint32Array(image.data.buffer)
  const table = colourTable(theme)
  for (let y = 0; y < height; y++) {
    const line = Math.min(lines - 1, Math.floor(y / (cellHeight * ratio)))
    for (let x = 0; x < width; x++) {
      const value = values[line * columns + Math.min(columns - 1, Math.floor(x / (cellWidth * ratio)))]
      if (value !== undefined) pixels[y * width + x] = wordFor(table, value, limit)
    }
  }
  context.putImageData(image, 0, 0)
  markOdd(context, { columns, lines, cellWidth, cellHeight }, ratio, values, theme)
}

/** NaN gets a stroke and an infinity a dot, because colour alone is not enough. */
function markOdd(
  context: CanvasRenderingContext2D,
  { columns, cellWidth, cellHeight }: StripLayout,
  ratio: number,
  values: Float64Array,
  theme: 'light' | 'dark'
): void {
  context.scale(ratio, ratio)
  context.strokeStyle = context.fillStyle = theme === 'light' ? '#ffffff' : '#000000'
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (Number.isFinite(value)) continue
    const [x, y] = [(i % columns) * cellWidth, Math.floor(i / columns) * cellHeight]
    if (Number.isNaN(value)) {
      context.beginPath()
      context.moveTo(x + 0.5, y + cellHeight - 0.5)
      context.lineTo(x + cellWidth - 0.5, y + 0.5)
      context.stroke()
    } else context.fillRect(x + cellWidth / 2 - 1, y + cellHeight / 2 - 1, 2, 2)
  }
}
