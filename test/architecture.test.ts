/** Checks that the rules of `.dependency-cruiser.cjs` take effect: each is violated once, in a generated source tree. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '..')

/** An import, and the rule that forbids it (null: none does). */
const ARROWS: readonly (readonly [from: string, to: string, rule: string | null])[] = [
  ['src/shared/contract/a.ts', 'src/main/core/index.ts', 'shared-knows-no-room'],
  ['src/shared/contract/b.ts', 'src/renderer/view.tsx', 'shared-knows-no-room'],
  ['src/shared/contract/c.ts', 'node:fs', 'shared-without-node'],
  ['src/shared/contract/d.ts', 'zod', null],
  ['src/main/core/a.ts', 'src/shared/contract/d.ts', 'core-knows-only-the-model'],
  ['src/main/core/b.ts', 'src/main/service/ok.ts', 'core-knows-only-the-model'],
  ['src/main/core/c.ts', 'src/shared/model/index.ts', null],
  ['src/main/core/d.ts', 'node:fs', null],
  ['src/main/core/verify/a.ts', 'hyparquet', 'hyparquet-is-a-witness'],
  ['src/main/core/verify/c.ts', 'better-sqlite3', 'sqlite-in-few-rooms'],
  ['src/main/core/verify/d.ts', 'electron', 'electron-in-one-room'],
  ['src/main/core/parquet/a.ts', 'hyparquet/src/thrift.js', 'hyparquet-is-a-witness'],
  ['src/main/core/secondReader/a.ts', 'hyparquet', null],
  ['src/main/core/parquet/b.ts', 'better-sqlite3', 'sqlite-in-few-rooms'],
  ['src/main/core/index/a.ts', 'better-sqlite3', null],
  ['src/main/core/ledger/a.ts', 'better-sqlite3', null],
  ['src/main/core/index.ts', 'better-sqlite3', 'sqlite-in-few-rooms'],
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
  ['src/main/core/circleBack.ts', 'src/main/core/circle.ts', null], // a circle is reported once
  ['src/main/core/parquet/later.ts', 'src/main/core/repair/ok.ts', 'core-rooms-in-order'],
  ['src/main/core/fs/later.ts', 'src/main/core/index.ts', 'core-rooms-in-order'],
  ['src/main/core/repair/ok.ts', 'src/main/core/parquet/ok.ts', null],
  ['src/main/core/parquet/ok.ts', 'src/shared/model/index.ts', null],
  ['src/main/service/catalog/later.ts', 'src/main/service/jobs/ok.ts', 'service-rooms-in-order'],
  ['src/main/service/jobs/ok.ts', 'src/main/core/index.ts', null],
  ['src/main/cli/text/later.ts', 'src/main/cli/ok.ts', 'cli-rooms-in-order'],
  ['src/renderer/text/later.ts', 'src/renderer/shell/ok.ts', 'renderer-rooms-in-order'],
  ['src/renderer/shell/ok.ts', 'src/shared/model/index.ts', null],
  ['src/renderer/views/one/a.ts', 'src/renderer/views/two/ok.ts', 'views-independent'],
  ['src/renderer/views/two/ok.ts', 'src/shared/model/index.ts', null],
  ['src/main/cli/past.ts', 'src/main/core/parquet/ok.ts', 'core-by-its-door'],
  ['src/renderer/text/values.ts', 'src/shared/contract/d.ts', 'window-without-schemas'],
  ['src/renderer/text/types.ts', 'src/shared/contract/d.ts', null], // types alone
  ['src/renderer/text/zod.ts', 'zod', 'window-without-schemas'],
  ['src/renderer/text/kept.ts', 'zod/mini', null]
]

/** Two folders that depend on each other without a circle of modules, and one that depends on neither. */
const FOLDERS: typeof ARROWS = [
  ['src/main/server/one/a.ts', 'src/main/server/two/a.ts', null],
  ['src/main/server/two/a.ts', 'src/shared/model/index.ts', null],
  ['src/main/server/two/b.ts', 'src/main/server/one/b.ts', null],
  ['src/main/server/one/b.ts', 'src/shared/model/index.ts', null],
  ['src/main/server/three/a.ts', 'src/main/server/one/b.ts', null]
]

/** Larger folders that are still simple: one module per command, or one per part of the shell around the window. */
const LONG_FOLDERS = ['main/cli/commands']

const config = z
  .object({ forbidden: z.array(z.object({ name: z.string(), from: z.object({ path: z.string().optional() }) })) })
  .parse(createRequire(import.meta.url)('../.dependency-cruiser.cjs'))

const report = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })) })
})

/** Writes modules with one import each. Half of them import only types, which counts as well. */
function plant(arrows: typeof ARROWS): string {
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
  for (const [at, [from, to]] of arrows.entries()) {
    const up = '../'.repeat(from.split('/').length - 1)
    const target = /^(src|test)\//.test(to) ? up + to : to
    const view = from.endsWith('.tsx') ? 'export const View = () => <b>{"text"}</b>\n' : ''
    write(from, `import ${at % 2 === 0 ? 'type ' : ''}{ x } from '${target}'\nexport type Y = typeof x\n${view}`)
  }
  return root
}

/** The violations in a source tree: `MODULE: RULE`. */
function violations(root: string): string[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['.', '--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json']
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }
  )
  expect(stderr).toBe('')
  return report.parse(JSON.parse(stdout)).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`)
}

test('every forbidden import between rooms is found, and no other', () => {
  // Folders form circles here because modules of one room import those of all others.
  const found = violations(plant(ARROWS)).filter(each => !each.endsWith(': no-circles-of-folders'))
  const expected = ARROWS.flatMap(([from, , rule]) => (rule === null ? [] : [`${from}: ${rule}`]))
  expect(found.sort()).toEqual([...expected, 'src/main/core/orphan.ts: no-orphans'].sort())
})

test('folders that depend on each other are found, and no other', () => {
  const found = violations(plant(FOLDERS)).filter(each => each.endsWith(': no-circles-of-folders'))
  expect(found.sort()).toEqual(['one', 'two'].map(name => `src/main/server/${name}: no-circles-of-folders`))
})

test.each([
  ['core', 'src/main/core'],
  ['service', 'src/main/service'],
  ['cli', 'src/main/cli'],
  ['renderer', 'src/renderer']
])('every folder of %s has its place in the order', (name, parent) => {
  const rooms = config.forbidden.filter(rule => rule.name === `${name}-rooms-in-order`).map(rule => rule.from.path)
  const folders = readdirSync(join(ROOT, parent), { withFileTypes: true }).filter(entry => entry.isDirectory())
  expect(rooms.toSorted()).toEqual(folders.map(folder => `^${parent}/${folder.name}/`).sort())
})

test('no folder has too many modules', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(file => /[.]tsx?$/.test(file))
  const sizes = Map.groupBy(files, file => dirname(file).replaceAll('\\', '/'))
  const large = [...sizes].filter(([folder, modules]) => modules.length > 15 && !LONG_FOLDERS.includes(folder))
  expect(large.map(([folder, modules]) => `${folder}: ${modules.length}`)).toEqual([])
})

test("Electron's main process loads no native code", () => {
  expect(readFileSync(join(ROOT, 'out/desktop/main.cjs'), 'utf8')).not.toContain('better-sqlite3')
})

test.each(['architecture', 'trust', 'on-disk-format'])('every file that docs/%s.md names exists', name => {
  const text = readFileSync(join(ROOT, 'docs', `${name}.md`), 'utf8')
  // Without a folder, it is in the folder that was named before.
  const named = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+[.]tsx?)`/g)].map(([, file = '']) => file)
  expect(named).not.toEqual([])
  const places = ['', 'src/main/core/', 'src/main/', 'test/']
  expect(named.filter(file => !places.some(place => existsSync(join(ROOT, place, file))))).toEqual([])
})
