/** A vector as a line over its value indices. It shares the pointer position with the strip. */
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { axisMarks, markLabels } from './axisMarks.ts'
import styles from './LinePlot.module.css'
import { useSize, useTheme } from './useCanvas.ts'

const HEIGHT = 124

export function LinePlot({
  values,
  label,
  index,
  onIndex
}: {
  readonly values: Float64Array
  /** A description of the plot, for screen readers. */
  readonly label: string
  readonly index: number | null
  readonly onIndex: (index: number | null) => void
}) {
  const theme = useTheme()
  const [box, size] = useSize<HTMLDivElement>()
  const plot = useRef<uPlot | null>(null)
  const report = useRef(onIndex)
  report.current = onIndex
  const width = size?.width ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme changes the colours that the plot reads from the style sheet
  useEffect(() => {
    if (box.current === null || width === 0) return
    const made = new uPlot(
      optionsFor(box.current, width, index => report.current(index)),
      [range(values.length), Array.from(values, finite)],
      box.current
    )
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [box, width, values, theme])
  useEffect(() => {
    const made = plot.current
    if (made === null || made.cursor.idx === index) return
    made.setCursor(index === null ? { left: -10, top: -10 } : { left: made.valToPos(index, 'x'), top: 10 }, false)
  }, [index])
  return <div ref={box} className={styles.plot} style={{ height: HEIGHT }} role='img' aria-label={label} />
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i)
}

/** A gap for a value that has no place on an axis. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function optionsFor(box: HTMLElement, width: number, report: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(box)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--text-3'),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    gap: 4
  }
  return {
    width,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 5, fill: colour('--accent') } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 20, grid: { show: false } },
      {
        ...axis,
        size: (_, labels) => Math.max(46, ...(labels ?? []).map(label => 10 + 7 * label.length)),
        splits: (_, _axis, low, high) => [...axisMarks(low, high)],
        values: (_, marks) => [...markLabels(marks)]
      }
    ],
    series: [{}, { stroke: colour('--accent'), width: 1, points: { show: false } }],
    hooks: {
      setCursor: [
        made => {
          if (made.cursor.event !== undefined && made.cursor.event !== null) report(made.cursor.idx ?? null)
        }
      ]
    }
  }
}
