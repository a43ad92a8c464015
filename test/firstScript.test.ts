/** The scripts that the page loads before its first paint stay small. The rest is loaded separately. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from '@swc/core'
import { expect, test } from 'vitest'

const PAGE = join(import.meta.dirname, '../out/renderer')
const MOST_BYTES = 400_000

/** Scripts of the page with everything that they import before they run. */
function firstScripts(): readonly string[] {
  const html = readFileSync(join(PAGE, 'index.html'), 'utf8')
  const found = new Set([...html.matchAll(/<(?:script|link)[^>]*"\.\/(assets\/[^"]*\.js)"/g)].map(([, name = '']) => name))
  // Iterating over a set includes elements that are added during the iteration.
  for (const file of found) for (const name of staticImports(file)) found.add(name)
  return [...found]
}

function staticImports(file: string): string[] {
  const { body } = parseSync(readFileSync(join(PAGE, file), 'utf8'), { syntax: 'ecmascript', target: 'es2022' })
  return body
    .map(each => ('source' in each && each.source != null ? each.source.value : null))
    .filter(source => source !== null)
    .map(source => join('assets', source))
}

test('the scripts before the first paint have less than 400 KB', () => {
  const scripts = firstScripts()
  const bytes = scripts.reduce((sum, file) => sum + statSync(join(PAGE, file)).size, 0)
  // React alone has 200 KB. A smaller number means that a script was not counted.
  expect(bytes).toBeGreaterThan(200_000)
  expect(bytes).toBeLessThan(MOST_BYTES)
})

test('the code of an open cache is not included, but is part of what it loads later', () => {
  const scripts = firstScripts()
  const [main = ''] = scripts
  const later = [...new Set(readFileSync(join(PAGE, main), 'utf8').match(/Workbench-[\w-]+\.js/g))]
  expect(later).toHaveLength(1)
  expect(scripts.map(file => file.replace('assets/', ''))).not.toContain(later[0])
  expect(staticImports(`assets/${later[0]}`)).toEqual(expect.arrayContaining([...scripts]))
})
