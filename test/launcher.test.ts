/** `bin/lewm-cache`, in a folder of its own with a program that says what it was given. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/temporaryFolder.ts'

const BIN = join(import.meta.dirname, '../bin')

/** An installation; `files` by path, null leaves a file out. */
function install(files: { readonly cli?: string | null; readonly node?: string | null; readonly version?: string } = {}): {
  run: (...words: string[]) => { status: number | null; stdout: string; stderr: string }
  start: (...words: string[]) => ReturnType<typeof spawn>
} {
  const root = temporaryFolder()
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  mkdirSync(join(root, 'bin'))
  for (const name of ['lewm-cache', 'package.json']) copyFileSync(join(BIN, name), join(root, 'bin', name))
  write('package.json', '{ "type": "module" }')
  const { cli = 'console.log(JSON.stringify([process.argv.slice(2), "" + process.env.BUNDLED])); process.exitCode = 3' } = files
  if (cli !== null) write('out/main/cli.js', cli)
  const { node = `BUNDLED=yes exec '${process.execPath}' "$@"` } = files
  if (node !== null) chmodSync(write('node_modules/node/bin/node', `#!/bin/sh\n${node}\n`), 0o755)
  const pretended = `if (!process.env.BUNDLED) Object.defineProperty(process.versions, 'node', { value: '${files.version ?? process.versions.node}' })`
  const words = ['--require', write('version.cjs', pretended), join(root, 'bin/lewm-cache')]
  return {
    run: (...more) => spawnSync(process.execPath, [...words, ...more], { encoding: 'utf8' }),
    start: (...more) => spawn(process.execPath, [...words, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  }
}

test('runs the program in its own process when this Node will do', () => {
  const { run } = install({ version: '22.15.0', node: null })
  expect(run('ls', '--cache', 'a b')).toMatchObject({ status: 3, stdout: '[["ls","--cache","a b"],"undefined"]\n', stderr: '' })
})

test.runIf(process.platform !== 'win32').each(['14.21.3', '20.20.2', '22.14.0'])(
  'runs on the bundled Node when this one is %s',
  version => {
    const { run } = install({ version })
    expect(run('ls', '--cache', 'a b')).toMatchObject({ status: 3, stdout: '[["ls","--cache","a b"],"yes"]\n', stderr: '' })
  }
)

test('says in one line that it was not built', () => {
  const { status, stdout, stderr } = install({ cli: null }).run('ls')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^lewm-cache: the program is not built yet: .*\n$/)
})

test('says in one line that no Node will do', () => {
  const { status, stdout, stderr } = install({ version: '18.0.0', node: null }).run('ls')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^lewm-cache: needs Node 22\.15 or newer, this is 18\.0\.0: .*\n$/)
})

test('says in one line that the program cannot be loaded', () => {
  const { status, stderr } = install({ cli: "import 'no-such-package'" }).run('ls')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^lewm-cache: cannot start: .*no-such-package.*\n$/)
})

test.runIf(process.platform !== 'win32').each([
  { signal: 'SIGINT', code: 130 },
  { signal: 'SIGTERM', code: 143 },
  { signal: 'SIGHUP', code: 129 }
] as const)('passes $signal on to the bundled Node and ends with $code', async ({ signal, code }) => {
  const child = install({ version: '18.0.0', cli: 'setInterval(() => {}, 1000); console.log("ready")' }).start()
  if (child.stdout) await once(child.stdout, 'data')
  child.kill(signal)
  expect(await once(child, 'exit')).toEqual([code, null])
})
