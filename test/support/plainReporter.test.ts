/** The last line of a test run, tested by running Vitest on generated files. */
import { spawnSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '../..')

function runOn(files: Record<string, string>): { status: number | null; lines: string[] } {
  const root = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction')
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import { plainReporter } from ${JSON.stringify(join(ROOT, 'test/support/plainReporter.ts'))}
export default { test: { reporters: ['default', plainReporter()], passWithNoTests: false } }`
  )
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(join(root, name), `import { beforeAll, describe, expect, test } from 'vitest'\n${body}`)
  }
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'], {
    cwd: root,
    encoding: 'utf8'
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

const GOOD = "test('a', () => {})\ntest('b', () => {})"

test('only passed tests', () => {
  const { status, lines } = runOn({ 'a.test.ts': GOOD })
  expect(status).toBe(0)
  expect(lines.at(-1)).toBe('2 passed, 0 failed')
})

test('failed and skipped tests are counted separately, and a reason to skip is printed once', () => {
  const skip = "test('c', context => context.skip('SKIPPED: a part is missing'))\n"
  const { status, lines } = runOn({ 'a.test.ts': `${GOOD}\ntest('no', () => { expect(1).toBe(2) })`, 'b.test.ts': skip, 'c.test.ts': skip })
  expect(status).toBe(1)
  expect(lines.slice(-2)).toEqual(['SKIPPED: a part is missing', '2 passed, 1 failed, 2 skipped'])
  expect(lines.filter(line => line === 'SKIPPED: a part is missing')).toHaveLength(1)
})

test.each([
  ['a file that cannot be loaded', "import './nowhere.ts'"],
  ['a hook that throws', "describe('s', () => { beforeAll(() => { throw new Error('no') })\ntest('c', () => {}) })"],
  [
    'an error outside any test',
    "test('c', async () => { setTimeout(() => { throw new Error('late') }); await new Promise(r => setTimeout(r, 50)) })"
  ]
])('%s is a failure', (_, body) => {
  const { status, lines } = runOn({ 'a.test.ts': GOOD, 'b.test.ts': body })
  expect(status).toBe(1)
  expect(lines.at(-1)).toMatch(/^[23] passed, 1 failed(, 1 skipped)?$/)
})
