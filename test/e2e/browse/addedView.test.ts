/** Adds a view as described in CONTRIBUTING, in a copy of the sources. The compiler errors are tested in test/seams.test.ts. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { VIEW_IDS } from '../../../src/renderer/state/viewIds.ts'
import { describeWith } from '../../support/capabilities.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { TEST_MS } from '../support/carriers.ts'
import { damagedSample, type Inspector, startInspector } from '../support/inspector.ts'
import { panel, shardGrid, shardsShown } from '../support/window.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** The key of the added view, which is the last one. */
const DIGIT = VIEW_IDS.length + 1

const COMPONENT = `export function BasesTab({ shardPath, rowOffset }: { readonly shardPath: string; readonly rowOffset: number }) {
  return <p>Row {rowOffset} of {shardPath}</p>
}
`
const ENTRY = `  bases: {
    title: 'Bases',
    shortcut: '${DIGIT}',
    needs: 'row',
    shows: 'its bases',
    badge: ({ shards }) => [shards, 'shards'],
    Component: lazyComponent(async () => (await import('./bases/BasesTab.tsx')).BasesTab)
  }
}
`

describeWith('chromium', 'an added view', executable => {
  let copy = ''
  let running: Inspector | null = null
  beforeAll(() => {
    copy = temporaryFolder()
    for (const path of ['bin', 'out', 'package.json', 'resources', 'src/renderer', 'src/shared']) {
      cpSync(join(ROOT, path), join(copy, path), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction')
  })
  afterEach(async () => running?.stop())

  test('is in the tabs, the commands, the keys and the list of shortcuts', {
    timeout: 2 * TEST_MS
  }, async () => {
    edit('src/renderer/state/viewIds.ts', / *\] as const/, ", 'bases'] as const")
    edit('src/renderer/views/views.ts', /\n\}\n$/, `,\n${ENTRY}`)
    mkdirSync(join(copy, 'src/renderer/views/bases'))
    writeFileSync(join(copy, 'src/renderer/views/bases/BasesTab.tsx'), COMPONENT)
    await buildPage()

    running = await startInspector(executable, damagedSample(), temporaryFolder(), join(copy, 'bin/lewm-cache'))
    const { page, complaints } = running
    await shardsShown(page, 59)
    await page.getByRole('tab', { name: 'Bases 59 shards' }).waitFor()
    await page.keyboard.press(`Control+${DIGIT}`)
    await panel(page, 'Bases').getByText('to see its bases').waitFor()
    await panel(page, 'Bases').getByRole('button', { name: 'Show rows' }).waitFor()

    await page.keyboard.press('Control+1')
    await shardGrid(page).locator('[aria-rowindex="2"]').click()
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Rows of the shard' }).locator('[aria-rowindex="4"]').click()
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText('>go to bases')
    await page.keyboard.press('Enter')
    await panel(page, 'Bases')
      .getByText(/^Row 2 of embeddings\//)
      .waitFor()

    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog')
    await sheet.getByText(`Ctrl or Alt 1 – ${DIGIT}`).waitFor()
    await sheet.getByText(/^Shards, .*, Bases$/).waitFor()
    await page.keyboard.press('Escape')

    await page.waitForTimeout(600)
    await page.reload()
    await page.getByRole('tab', { name: /^Bases/, selected: true }).waitFor()
    expect(complaints).toEqual([])
  })

  function edit(path: string, from: RegExp, to: string): void {
    const text = readFileSync(join(copy, path), 'utf8')
    expect(text).toMatch(from)
    writeFileSync(join(copy, path), text.replace(from, to))
  }

  function buildPage(): Promise<unknown> {
    return build({
      configFile: false,
      root: join(copy, 'src/renderer'),
      base: './',
      logLevel: 'warn',
      plugins: [react()],
      build: {
        outDir: join(copy, 'out/renderer'),
        emptyOutDir: true,
        assetsInlineLimit: 0,
        cssCodeSplit: false,
        chunkSizeWarningLimit: 1000
      }
    })
  }
})
