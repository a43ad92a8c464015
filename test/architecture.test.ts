/** The rules of `.dependency-cruiser.cjs` are seen to forbid: each is broken once, in a source tree made for it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '..')

/** An arrow from a module to what it imports, and the rule that forbids it (null: none does). */
const ARROWS: readonly (readonly [from: string, to: string, rule: string | null])[] = [
  ['src/shared/contract/a.ts', 'src/main/core/index.ts', 'shared-knows-no-room'],
  ['src/shared/contract/b.ts', 'src/renderer/view.tsx', 'shared-knows-no-room'],
  ['src/shared/contract/c.ts', 'node:fs', 'shared-without-node'],
  ['src/shared/contract/d.ts', 'zod', null],
  ['src/main/core/a.ts', 'src/shared/contract/d.ts', 'core-knows-only-the-model'],
  ['src/main/core/b.ts', 'src/main/service/ok.ts', 'core-knows-only-the-model'],
  ['src/main/core/c.ts', 'src/shared/model/index.ts', null],
  ['src/main/core/d.ts', 'node:fs', null],
  ['src/main/core/integrity/a.ts', 'hyparquet', 'hyparquet-is-a-witness'],
  ['src/main/core/integrity/c.ts', 'better-sqlite3', 'sqlite-in-two-rooms'],
  ['src/main/core/integrity/d.ts', 'electron', 'electron-in-one-room'],
  ['src/main/core/parquet/a.ts', 'hyparquet/src/thrift.js', 'hyparquet-is-a-witness'],
  ['src/main/core/secondReader/a.ts', 'hyparquet', null],
  ['src/main/core/parquet/b.ts', 'better-sqlite3', 'sqlite-in-two-rooms'],
  ['src/main/core/index/a.ts', 'better-sqlite3', null],
  ['src/main/core/ledger/a.ts', 'better-sqlite3', null],
  ['src/main/core/index.ts', 'better-sqlite3', 'sqlite-in-two-rooms'],
  ['src/main/service/a.ts', 'src/main/cli/ok.ts', 'service-on-core'],
  ['src/main/service/ok.ts', 'src/main/core/index.ts', null],
  ['src/main/sample/a.ts', 'src/main/service/ok.ts', 'sample-on-core'],
  ['src/main/sample/ok.ts', 'src/main/core/index.ts', null],
  ['src/main/cli/a.ts', 'src/renderer/view.tsx', 'cli-is-a-carrier'],
  ['src/main/cli/ok.ts', 'src/main/sample/ok.ts', null],
  ['src/main/cli/d.ts', 'src/main/server/ok.ts', null],
  ['src/main/cli/e.ts', 'src/main/desktop/ok.ts', 'cli-is-a-carrier'],
  ['src/main/page/a.ts', 'src/main/core/index.ts', 'page-knows-no-room'],
  ['src/main/page/ok.ts', 'node:fs', null],
  ['src/main/server/b.ts', 'src/main/page/ok.ts', null],
  ['src/main/server/a.ts', 'src/main/cli/ok.ts', 'server-is-a-carrier'],
  ['src/main/server/ok.ts', 'src/main/service/ok.ts', null],
  ['src/main/desktop/a.ts', 'src/main/server/ok.ts', 'desktop-is-a-carrier'],
  ['src/main/desktop/ok.ts', 'electron', null],
  ['src/renderer/a.ts', 'src/main/core/index.ts', 'renderer-on-shared'],
  ['src/renderer/b.ts', 'node:path', 'renderer-without-node'],
  ['src/renderer/view.tsx', 'src/shared/model/index.ts', null],
  ['src/main/cli/b.ts', 'test/support/any.ts', 'no-tests-in-the-program'],
  ['src/main/cli/c.ts', 'src/main/cli/nowhere.ts', 'no-lost-imports'],
  ['src/main/core/circle.ts', 'src/main/core/circleBack.ts', 'no-circles'],
  ['src/main/core/circleBack.ts', 'src/main/core/circle.ts', null] // a circle is told once
]

const report = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })) })
})

/** Writes modules with one import each; half of them import types alone, which is an arrow as well. */
function plant(): string {
  const root = temporaryFolder()
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction')
  write('package.json', '{ "type": "module" }')
  write('src/shared/model/index.ts', "export type Key = { readonly hash: string }\nexport * from './key.ts'\n")
  write('src/shared/model/key.ts', 'export const x = 1\n')
  write('src/main/core/orphan.ts', 'export const x = 1\n')
  write('test/support/any.ts', "export { x } from '../../src/shared/model/key.ts'\n")
  for (const [at, [from, to]] of ARROWS.entries()) {
    const up = '../'.repeat(from.split('/').length - 1)
    const target = /^(src|test)\//.test(to) ? up + to : to
    const view = from.endsWith('.tsx') ? 'export const View = () => <b>{"text"}</b>\n' : ''
    write(from, `import ${at % 2 === 0 ? 'type ' : ''}{ x } from '${target}'\nexport type Y = typeof x\n${view}`)
  }
  return root
}

test('every forbidden arrow between rooms is found, and no other', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['.', '--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json']
    ],
    { cwd: plant(), encoding: 'utf8', maxBuffer: 2 ** 26 }
  )
  expect(stderr).toBe('')
  const found = report.parse(JSON.parse(stdout)).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`)
  const expected = ARROWS.flatMap(([from, , rule]) => (rule === null ? [] : [`${from}: ${rule}`]))
  expect(found.sort()).toEqual([...expected, 'src/main/core/orphan.ts: no-orphans'].sort())
})
