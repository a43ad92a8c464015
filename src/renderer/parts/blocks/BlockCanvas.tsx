/** Blocks on a canvas that draws only the visible part. Hover shows details. A click or the keys select. */

import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import { formatCount, formatCounted, healthWord } from '../../text/index.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import classes from './BlockCanvas.module.css'
import { type Block, type BlockLine, blockAt, fitSizes, layoutBlocks, placeOf, type Sizes } from './blockLayout.ts'
import { drawBlocks, type Palette, readPalette, type Spot } from './drawBlocks.ts'

export function BlockCanvas({
  name,
  lines,
  sizes,
  selected,
  onSelect
}: {
  readonly name: string
  readonly lines: readonly BlockLine[]
  /** Everything but the width, which is measured. */
  readonly sizes: Omit<Sizes, 'width'> & { readonly narrowest: number }
  readonly selected: string | null
  readonly onSelect: (block: Block) => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const palette = useRef<Palette | null>(null)
  const [box, setBox] = useState({ width: 0, height: 0 })
  const [spot, setSpot] = useState<Spot>(null)
  const [pointer, setPointer] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const option = useId()
  const all = useMemo(() => fitSizes(lines, sizes, box.width), [lines, sizes, box.width])
  const layout = useMemo(() => layoutBlocks(lines, all), [lines, all])

  const draw = useCallback(() => {
    if (canvas.current === null || scroller.current === null || box.width === 0) return
    palette.current ??= readPalette(scroller.current)
    const view = { top: scroller.current.scrollTop, width: box.width, height: box.height, scale: window.devicePixelRatio }
    drawBlocks(canvas.current, lines, layout, all, view, palette.current, { selected, hovered: spot })
  }, [lines, layout, all, box, selected, spot])
  useEffect(draw, [draw])
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const measure = new ResizeObserver(() => setBox({ width: element.clientWidth, height: element.clientHeight }))
    measure.observe(element)
    return () => measure.disconnect()
  }, [])
  const redraw = useRef(draw)
  redraw.current = draw
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const change = (): void => {
      palette.current = null
      redraw.current()
    }
    scheme.addEventListener('change', change)
    return () => scheme.removeEventListener('change', change)
  }, [])

  const shown = useRef<string | null>(null)
  useEffect(() => {
    if (shown.current === selected || box.height === 0) return
    // Scrolls to a block that was selected elsewhere, once. Later scrolling by the user is not undone.
    const spot = find(lines, selected)
    if (selected !== null && spot === null) return
    shown.current = selected
    const place = spot === null ? null : placeOf(layout, all, spot.line, spot.block)
    if (place !== null && scroller.current !== null) bringIntoView(scroller.current, place.y, all.cellHeight)
  }, [selected, lines, layout, all, box.height])

  const spotUnder = (event: MouseEvent): Spot => {
    const frame = scroller.current?.getBoundingClientRect()
    if (frame === undefined) return null
    return blockAt(layout, all, event.clientX - frame.left, event.clientY - frame.top + (scroller.current?.scrollTop ?? 0))
  }
  const blockOf = (at: Spot): Block | undefined => (at === null ? undefined : lines[at.line]?.blocks[at.block])
  const move = (to: Spot): void => {
    const place = to === null ? null : placeOf(layout, all, to.line, to.block)
    if (place === null || scroller.current === null) return
    setPointer(null)
    setSpot(to)
    bringIntoView(scroller.current, place.y, all.cellHeight)
  }
  const key = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const from = spot ?? find(lines, selected) ?? { line: 0, block: -1 }
    const length = lines[from.line]?.blocks.length ?? 0
    const near = (line: number): Spot =>
      lines[line] === undefined ? null : { line, block: Math.min(Math.max(0, from.block), lines[line].blocks.length - 1) }
    if (event.key === 'ArrowRight')
      move(from.block + 1 < length ? { ...from, block: from.block + 1 } : lines[from.line + 1] ? { line: from.line + 1, block: 0 } : null)
    else if (event.key === 'ArrowLeft') move(from.block > 0 ? { ...from, block: from.block - 1 } : near(from.line - 1))
    else if (event.key === 'ArrowDown') move(near(from.line + 1))
    else if (event.key === 'ArrowUp') move(near(from.line - 1))
    else if (event.key === 'Home') move({ ...from, block: 0 })
    else if (event.key === 'End') move({ ...from, block: length - 1 })
    else if (event.key === 'Enter' || event.key === ' ') {
      const block = blockOf(spot)
      if (block !== undefined) onSelect(block)
    } else return
    event.preventDefault()
  }
  const named = spot ?? find(lines, selected) ?? { line: 0, block: 0 }
  const block = blockOf(named)
  const label = lines[named.line]?.label ?? ''
  const hovered = pointer === null ? undefined : blockOf(spot)
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.scroller}
        role='listbox'
        tabIndex={0}
        aria-label={name}
        aria-activedescendant={block === undefined ? undefined : option}
        onScroll={draw}
        onKeyDown={key}
        onBlur={() => setSpot(null)}
        onMouseMove={event => {
          const under = spotUnder(event)
          setPointer(under === null ? null : { x: event.clientX, y: event.clientY })
          if (under?.line !== spot?.line || under?.block !== spot?.block) setSpot(under)
        }}
        onMouseLeave={() => {
          setPointer(null)
          setSpot(null)
        }}
        onClick={event => {
          const under = blockOf(spotUnder(event))
          if (under !== undefined) onSelect(under)
        }}
      >
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex takes no focus */}
        <canvas ref={canvas} className={classes.canvas} style={{ width: box.width, height: box.height }} aria-hidden='true' />
        <div className={classes.space} style={{ height: layout.height }}>
          <div
            id={option}
            role='option'
            className={classes.option}
            aria-selected={block !== undefined && block.shardPath === selected}
            tabIndex={-1}
          >
            {block === undefined
              ? 'no blocks'
              : `${label}, block ${formatCount(block.at)}, ${healthWord(block.health)}, ${formatCounted(block.shards, 'shard')}`}
          </div>
        </div>
      </div>
      {hovered !== undefined && pointer !== null && (
        <div
          className={classes.tip}
          aria-hidden='true'
          style={{ left: Math.min(pointer.x + 12, window.innerWidth - 360), top: Math.min(pointer.y + 16, window.innerHeight - 72) }}
        >
          <HealthMark mark={hovered.health} word />
          <span className={classes.tipPath}>{hovered.shardPath.replace('embeddings/', '')}</span>
          {hovered.shards > 1 && <span>{formatCounted(hovered.shards, 'shard')} in this block. A click shows the worst.</span>}
        </div>
      )}
    </div>
  )
}

/** Scrolls as little as necessary to show the line at `top`, in CSS pixels. */
function bringIntoView(scroller: HTMLElement, top: number, height: number): void {
  const { scrollTop, clientHeight } = scroller
  if (top < scrollTop) scroller.scrollTop = top
  else if (top + height > scrollTop + clientHeight) scroller.scrollTop = top + height - clientHeight
}

function find(lines: readonly BlockLine[], shardPath: string | null): Spot {
  if (shardPath === null) return null
  for (const [line, { blocks }] of lines.entries()) {
    const block = blocks.findIndex(candidate => candidate.shardPath === shardPath)
    if (block !== -1) return { line, block }
  }
  return null
}
