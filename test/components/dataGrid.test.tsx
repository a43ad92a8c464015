/** The table: rows in view, keys, selection, sorting, columns and copying. */
import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { DataGrid } from '../../src/renderer/ui/tables/DataGrid.tsx'
import type { GridColumn } from '../../src/renderer/ui/tables/model/grid.ts'
import { useMemoryGrid } from '../../src/renderer/ui/tables/model/useMemoryGrid.ts'
import { show } from './show.tsx'

type Row = { readonly name: string; readonly size: number }

const COUNT = 100_000
const ROWS: readonly Row[] = Array.from({ length: COUNT }, (_, n) => ({ name: `chr${n}`, size: COUNT - n }))
const COLUMNS: readonly GridColumn<Row>[] = [
  { id: 'name', name: 'Name', width: 120, fixed: true, sorts: true, value: ({ name }) => name },
  { id: 'size', name: 'Size', width: 90, number: true, sorts: true, value: ({ size }) => size }
]
const nameOf = ({ name }: Row): string => name

function Table({ onOpen }: { readonly onOpen?: (index: number) => void }) {
  const [cursor, setCursor] = useState<string | null>(null)
  const [widths, keepWidths] = useState<Record<string, number>>({})
  const [visible, keepVisible] = useState<Record<string, boolean> | null>(null)
  const grid = useMemoryGrid(ROWS, COLUMNS, nameOf, cursor, ({ name }) => setCursor(name))
  return (
    <div style={{ display: 'flex', height: 400 }}>
      <DataGrid
        id='line'
        name='Contigs'
        columns={COLUMNS}
        {...grid}
        layout={{ widths, visible, keepWidths, keepVisible }}
        fileName='contigs'
        {...(onOpen !== undefined && { onOpen })}
      />
    </div>
  )
}

const grid = page.getByRole('grid', { name: 'Contigs' })
const rows = (): readonly Element[] => [...grid.element().querySelectorAll('[data-index]')]
const selected = (): readonly (string | undefined)[] =>
  rows()
    .filter(row => row.getAttribute('aria-selected') === 'true')
    .map(row => row.querySelector('[role=gridcell]')?.textContent)

async function shown(onOpen?: (index: number) => void): Promise<void> {
  show(<Table {...(onOpen !== undefined && { onOpen })} />)
  await expect.element(grid).toBeVisible()
  await expect.poll(() => rows().length).toBeGreaterThan(10)
  grid.element().focus()
}

/** The lines that Ctrl+C puts on the clipboard. */
function copied(): readonly string[] {
  const clipboardData = new DataTransfer()
  grid.element().dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }))
  return clipboardData.getData('text/plain').trimEnd().split('\n')
}

describe('keys', () => {
  test('lead from end to end with only the rows in view in the page', async () => {
    await shown()
    await expect.element(grid).toHaveAttribute('aria-rowcount', String(COUNT + 1))
    await userEvent.keyboard('{End}')
    await expect.poll(selected).toEqual([`chr${COUNT - 1}`])
    expect(rows().length).toBeLessThan(60)
    const named = grid.element().getAttribute('aria-activedescendant')
    expect(document.getElementById(named ?? '')?.getAttribute('aria-rowindex')).toBe(String(COUNT + 1))
    await userEvent.keyboard('{Home}{ArrowDown}')
    await expect.poll(selected).toEqual(['chr1'])
    await userEvent.keyboard('{PageDown}')
    // 400 px have 16 rows of 24 px. Two of them stay in view.
    await expect.poll(selected).toEqual(['chr15'])
  })

  test('with Shift select a range from the same row, and a key without it ends the range', async () => {
    await shown()
    await userEvent.keyboard('{Home}{ArrowDown}{ArrowDown}{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
    await expect.poll(selected).toEqual(['chr2', 'chr3', 'chr4'])
    await userEvent.keyboard('{Shift>}{ArrowUp}{ArrowUp}{ArrowUp}{/Shift}')
    await expect.poll(selected).toEqual(['chr1', 'chr2'])
    await userEvent.keyboard('{ArrowDown}')
    await expect.poll(selected).toEqual(['chr2'])
    await userEvent.keyboard('{Shift>}{End}{/Shift}')
    await expect.poll(() => copied().length).toBe(COUNT - 2 + 1)
  })

  test('select one more with Space, all with Ctrl+A, and one with Escape; Enter opens', async () => {
    const opened: number[] = []
    await shown(index => opened.push(index))
    await userEvent.keyboard('{Home} ')
    await expect.poll(selected).toEqual([])
    await userEvent.keyboard('{Control>}a{/Control}')
    await expect.poll(() => copied().length).toBe(COUNT + 1)
    await userEvent.keyboard('{Escape}')
    await expect.poll(selected).toEqual(['chr0'])
    await userEvent.keyboard('{ArrowDown}{Enter}')
    expect(opened).toEqual([1])
  })
})

test('a click selects a row, with Ctrl one more, with Shift a range', async () => {
  await shown()
  const row = (index: number) => grid.getByText(`chr${index}`, { exact: true })
  await row(3).click()
  await expect.poll(selected).toEqual(['chr3'])
  await row(5).click({ modifiers: ['Control'] })
  await expect.poll(selected).toEqual(['chr3', 'chr5'])
  await row(7).click({ modifiers: ['Shift'] })
  await expect.poll(selected).toEqual(['chr5', 'chr6', 'chr7'])
  expect(copied()).toEqual(['Name\tSize', 'chr5\t99995', 'chr6\t99994', 'chr7\t99993'])
})

test('a heading sorts, and the cursor stays on its row', async () => {
  await shown()
  await userEvent.keyboard('{Home}{ArrowDown}')
  const heading = grid.getByRole('columnheader', { name: 'Size' })
  await heading.getByRole('button').click()
  await expect.element(heading).toHaveAttribute('aria-sort', 'ascending')
  await userEvent.keyboard('{Tab}')
  grid.element().focus()
  await userEvent.keyboard('{ArrowUp}')
  // `chr1` is the second of the largest sizes, thus the last but one: one up is `chr2`.
  await expect.poll(selected).toEqual(['chr2'])
  await heading.getByRole('button').click()
  await expect.element(heading).toHaveAttribute('aria-sort', 'descending')
  await userEvent.keyboard('{Tab}')
  expect(copied()).toEqual(['Name\tSize', 'chr2\t99998'])
})

test('the menu at the corner hides a column and stays open for the next one', async () => {
  await shown()
  await page.getByRole('button', { name: 'Contigs: columns and export' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Size' }).click()
  await expect
    .poll(() =>
      grid
        .getByRole('columnheader')
        .elements()
        .map(each => each.textContent)
    )
    .toEqual(['Name'])
  await page.getByRole('menuitemcheckbox', { name: 'Size' }).click()
  await expect
    .poll(() =>
      grid
        .getByRole('columnheader')
        .elements()
        .map(each => each.textContent)
    )
    .toEqual(['Name', 'Size'])
})
