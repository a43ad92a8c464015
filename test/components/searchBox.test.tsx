/** The search box: what it says, the matches that it marks, and where Enter and Escape lead. */
import { expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { LookupBox } from '../../src/renderer/shell/topBar/lookup/LookupBox.tsx'
import { showInCache } from './show.tsx'

const box = page.getByRole('combobox', { name: /^Look up/ })
const marked = (): string | undefined => {
  const id = box.element().getAttribute('aria-activedescendant')
  return id === null ? undefined : (document.getElementById(id)?.textContent ?? undefined)
}

type Found = { readonly rows: readonly []; readonly shards: readonly string[]; readonly truncated: boolean }

function shown({ find }: { readonly find?: () => Promise<Found> } = {}) {
  const ran: string[] = []
  const commands = ['Verify', 'Repair'].map(name => ({ id: name, name, keys: undefined, run: () => ran.push(name) }))
  const lookup = {
    understand: async ({ query }: { readonly query: string }) =>
      query === 'rep' ? { kind: 'none', sentence: 'not a hash' } : { kind: 'path', sentence: `paths with ${query}` },
    find:
      find ??
      (async ({ query }: { readonly query: string }) => ({
        rows: [],
        shards: ['a', 'b', 'c'].map(name => `${query}/${name}`),
        truncated: false
      }))
  }
  const workspace = showInCache(
    <>
      <button type='button'>First row</button>
      <div style={{ width: 500, margin: '0 auto' }}>
        <LookupBox commands={commands} />
      </div>
    </>,
    { lookup, shards: { address: async () => null } }
  )
  return { ran, workspace }
}

const says = async (sentence: string | RegExp) => expect.element(page.getByRole('status').filter({ hasText: sentence })).toBeVisible()

test('Enter lists the matches and marks the first, the arrows mark others in a circle, Enter goes there', async () => {
  const { workspace } = shown()
  await box.click()
  await userEvent.keyboard('x')
  await says('paths with x')
  await userEvent.keyboard('{Enter}')
  await says('3 matches')
  await expect.poll(marked).toMatch(/^x\/a/)
  await userEvent.keyboard('{ArrowDown}')
  await expect.poll(marked).toMatch(/^x\/b/)
  await userEvent.keyboard('{ArrowUp}{ArrowUp}')
  await expect.poll(marked).toMatch(/^x\/c/)
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => workspace().selection).toMatchObject({ tab: 'shards', shardPath: 'x/c' })
  await expect.element(box).toHaveValue('')
  expect(page.getByRole('option').elements()).toEqual([])
})

test('a click on a match goes there', async () => {
  const { workspace } = shown()
  await box.click()
  await userEvent.keyboard('x')
  await says('paths with x')
  await userEvent.keyboard('{Enter}')
  await page.getByRole('option').nth(1).click()
  await expect.poll(() => workspace().selection.shardPath).toBe('x/b')
})

test('a command runs by its name, where the text means nothing else', async () => {
  const { ran } = shown()
  await box.click()
  await userEvent.keyboard('rep')
  await says('Enter: Repair')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => ran).toEqual(['Repair'])
})

test('Escape empties the box, and once more leads back to where the focus was', async () => {
  shown()
  const table = page.getByRole('button', { name: 'First row' })
  await expect.element(table).toBeVisible()
  table.element().focus()
  await userEvent.keyboard('{Tab}x')
  await says('paths with x')
  await userEvent.keyboard('{Escape}')
  await expect.element(box).toHaveValue('')
  await expect.element(box).toHaveFocus()
  await expect.element(box).toHaveAttribute('aria-expanded', 'false')
  await userEvent.keyboard('{Escape}')
  await expect.element(table).toHaveFocus()
})

test('an answer that comes after another selection was made leads nowhere', async () => {
  let answer = (_: Found): void => {}
  const { workspace } = shown({
    find: () =>
      new Promise(resolve => {
        answer = resolve
      })
  })
  await box.click()
  await userEvent.keyboard('x')
  await says('paths with x')
  await userEvent.keyboard('{Enter}')
  await says('Looking')
  workspace().go({ shardPath: 'elsewhere' })
  answer({ rows: [], shards: ['x/a'], truncated: false })
  await new Promise(resolve => setTimeout(resolve, 200))
  expect(workspace().selection.shardPath).toBe('elsewhere')
})
