/** A part of the window that fails: the rest stays, and "Try again" shows it. */
import { beforeEach, expect, test, vi } from 'vitest'
import { page } from 'vitest/browser'
import { Boundary } from '../../src/renderer/parts/Boundary.tsx'
import { lazyComponent } from '../../src/renderer/parts/lazyComponent.ts'
import { showInCache } from './show.tsx'

const again = page.getByRole('button', { name: 'Try again' })

const answers = { fail: true }

function Part() {
  if (answers.fail) throw new Error('no answer')
  return <p>the rows</p>
}

// React reports every error on the console.
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

test('a part that throws is a sentence beside the others, and "Try again" shows it', async () => {
  answers.fail = true
  const workspace = showInCache(
    <>
      <p>the tree</p>
      <Boundary name='The table'>
        <Part />
      </Boundary>
    </>
  )
  await expect.element(page.getByRole('alert').getByText('The table failed. The rest of the window still works.')).toBeVisible()
  await expect.element(page.getByText('Error: no answer')).toBeVisible()
  await expect.element(page.getByText('the tree')).toBeVisible()
  await again.click()
  await expect.element(page.getByRole('alert')).toBeVisible()
  answers.fail = false
  await again.click()
  await expect.element(page.getByText('the rows')).toBeVisible()
  expect(page.getByRole('alert').elements()).toEqual([])
  expect(workspace().selection.shardPath).toBeNull()
})

test('another selection shows it as well', async () => {
  answers.fail = true
  const workspace = showInCache(
    <Boundary name='The table'>
      <Part />
    </Boundary>
  )
  await expect.element(again).toBeVisible()
  answers.fail = false
  workspace().go({ shardPath: 'other' })
  await expect.element(page.getByText('the rows')).toBeVisible()
})

test('code that could not be loaded is loaded again', async () => {
  const load = vi.fn(async () => () => <p>the map</p>).mockRejectedValueOnce(new Error('no such file'))
  const Lazy = lazyComponent(load)
  showInCache(
    <Boundary name='The map'>
      <Lazy />
    </Boundary>
  )
  await expect.element(page.getByText('Error: no such file')).toBeVisible()
  await again.click()
  await expect.element(page.getByText('the map')).toBeVisible()
  expect(load).toHaveBeenCalledTimes(2)
})
