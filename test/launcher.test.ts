/** `bin/lewm-cache`, in a separate folder with a program that reports how it was started. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isRoot, ordinaryUser } from './support/accounts.ts'
import { requireSetpriv } from './support/capabilities.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

const BIN = join(import.meta.dirname, '../bin')
const REPORT = `console.log(JSON.stringify({
  args: process.argv.slice(2), bundled: process.env.BUNDLED === 'yes', debugger: !process.execArgv.includes('--disable-sigusr1'), pid: process.pid
})); process.exitCode = 3`

type Installation = {
  /** Path of the launcher. */
  readonly launcher: string
  /** A folder with nothing but a Node, for a PATH. */
  readonly nodeFolder: string
}

/** An installation. `cli: null` omits the program, `bundled: false` its Node. The Node on the PATH claims to be `version`. */
function install(given: { cli?: string | null; bundled?: boolean; version?: string } = {}): Installation {
  const { cli = REPORT, bundled = true, version = process.versions.node } = given
  const root = temporaryFolder()
  const write = (path: string, text: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    return join(root, path)
  }
  mkdirSync(join(root, 'bin'))
  for (const name of ['lewm-cache', 'package.json']) copyFileSync(join(BIN, name), join(root, 'bin', name))
  write('package.json', '{ "type": "module" }')
  if (cli !== null) write('out/main/cli.cjs', `${cli}\nexports.done = Promise.resolve()`)
  if (bundled) chmodSync(write('node_modules/.bin/node', `#!/bin/sh\nBUNDLED=yes exec '${process.execPath}' "$@"\n`), 0o755)
  const pretended = write('version.cjs', `Object.defineProperty(process.versions, 'node', { value: '${version}' })`)
  chmodSync(write('path/node', `#!/bin/sh\nexec '${process.execPath}' --require '${pretended}' "$@"\n`), 0o755)
  return { launcher: join(root, 'bin/lewm-cache'), nodeFolder: join(root, 'path') }
}

function run(
  program: string,
  args: readonly string[],
  path = process.env.PATH
): { status: number | null; stderr: string; report: unknown } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { PATH: path } })
  return { status, stderr, report: stdout === '' ? null : JSON.parse(stdout) }
}

describe.skipIf(process.platform === 'win32')('bin/lewm-cache', () => {
  test('runs the program on the bundled Node, without a debugger', () => {
    const { launcher } = install()
    expect(run(launcher, ['ls', '--cache', 'a b', '$HOME'])).toMatchObject({
      status: 3,
      stderr: '',
      report: { args: ['ls', '--cache', 'a b', '$HOME'], bundled: true, debugger: false }
    })
  })

  test('is replaced by the program, so that signals reach it once', async () => {
    const child = spawn(install({ cli: `${REPORT}; setInterval(() => {}, 1000)` }).launcher, [], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [report] = await once(child.stdout.setEncoding('utf8'), 'data')
    expect(JSON.parse(report)).toMatchObject({ pid: child.pid })
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
  })

  test('is found through links, relative and absolute', () => {
    const { launcher } = install()
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'a b'))
    symlinkSync(launcher, join(folder, 'absolute'))
    symlinkSync('../absolute', join(folder, 'a b/relative'))
    expect(run(join(folder, 'a b/relative'), [])).toMatchObject({ status: 3, report: { bundled: true } })
  })

  test.each(['22.15.0', '23.11.1', '26.12.1'])('without a bundled Node runs on Node %s of the PATH, without a debugger', version => {
    const { launcher, nodeFolder } = install({ bundled: false, version })
    expect(run(launcher, ['ls'], `${nodeFolder}:/bin:/usr/bin`)).toMatchObject({
      status: 3,
      stderr: '',
      report: { args: ['ls'], bundled: false, debugger: false }
    })
  })

  test('can be given to a Node', () => {
    const { launcher } = install()
    expect(run(process.execPath, [launcher, 'ls'])).toMatchObject({ status: 3, report: { args: ['ls'], debugger: false } })
  })

  test.each(['14.21.3', '20.20.2', '22.14.0', '23.10.0'])('refuses Node %s in one line', version => {
    const { launcher, nodeFolder } = install({ bundled: false, version })
    const { status, stderr, report } = run(launcher, ['ls'], `${nodeFolder}:/bin:/usr/bin`)
    expect({ status, report }).toEqual({ status: 2, report: null })
    expect(stderr).toMatch(new RegExp(`^lewm-cache: needs Node 22\\.15 or newer, this is ${version}\\. .*\\n$`))
  })

  test('reports in one line that there is no Node', () => {
    const { launcher } = install({ bundled: false })
    const folder = temporaryFolder()
    for (const name of ['readlink', 'sh']) symlinkSync(join('/bin', name), join(folder, name))
    const { status, stderr } = run(launcher, ['ls'], folder)
    expect(status).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: Node 22\.15 or newer is missing\. .*\n$/)
  })

  test('reports in one line that the program was not built', () => {
    const { status, stderr, report } = run(install({ cli: null }).launcher, ['ls'])
    expect({ status, report }).toEqual({ status: 2, report: null })
    expect(stderr).toMatch(/^lewm-cache: the program is not built\. .*\n$/)
  })

  test.skipIf(process.platform !== 'linux').each([
    ['n', '20', /^lewm-cache: Node needs 2\d open files, and the limit \(ulimit -n\) is 20\.\n$/],
    ['v', '1000000', /^lewm-cache: Node needs 1,792 MiB of addresses, and the limit \(ulimit -v\) is 1024000000 bytes\.\n$/],
    ['d', '500000', /^lewm-cache: Node needs 900 MiB of data, and the limit \(ulimit -d\) is 512000000 bytes\.\n$/],
    ['s', '512', /^lewm-cache: Node needs 1 MiB of stack, and the limit \(ulimit -s\) is 524288 bytes\.\n$/]
  ])('reports in one line a limit with which Node does not run: ulimit -%s %s', (limit, value, line) => {
    const { status, stderr, report } = run('/bin/sh', ['-c', `ulimit -${limit} ${value}; exec '${install().launcher}' ls`])
    expect({ status, report }).toEqual({ status: 6, report: null })
    expect(stderr).toMatch(line)
  })

  test.skipIf(process.platform !== 'linux')('counts the files that it inherits', () => {
    const inherit = [3, 4, 5, 6, 7, 8, 9].map(file => `exec ${file}</dev/null`).join('; ')
    const start = (limit: number) => run('/bin/sh', ['-c', `${inherit}; ulimit -n ${limit}; exec '${install().launcher}' ls`])
    expect(start(28)).toMatchObject({ status: 6, stderr: expect.stringMatching(/^lewm-cache: Node needs 3\d open files, .* is 28\.\n$/) })
    expect(start(64)).toMatchObject({ status: 3, stderr: '' })
  })

  const setpriv = requireSetpriv()
  test.skipIf(!isRoot || setpriv === null)('counts the other threads of the user', () => {
    const user = ordinaryUser(setpriv ?? '')
    const [program = '', ...before] = user.under
    const others = Array.from({ length: 20 }, () => spawn(program, [...before, 'sleep', '60']))
    const installation = install()
    user.own(dirname(dirname(installation.launcher)))
    const start = (limit: number) => run(program, [...before, 'prlimit', `--nproc=${limit}`, installation.launcher, 'ls'])
    try {
      expect(start(22)).toMatchObject({ status: 6, stderr: 'lewm-cache: Node needs 25 threads, and the limit (ulimit -u) is 22.\n' })
      expect(start(40)).toMatchObject({ status: 3, stderr: '' })
    } finally {
      for (const each of others) each.kill()
    }
  })

  test('reports a failed system call as such', () => {
    const { launcher } = install({ cli: "require('fs').readFileSync('/no/such/file')" })
    const { status, stderr } = run(launcher, ['ls'])
    expect(status).toBe(6)
    expect(stderr).toMatch(/^lewm-cache: cannot start: ENOENT: .*\/no\/such\/file.*\n$/)
  })

  test('reports in one line that the program cannot be loaded', () => {
    const { status, stderr } = run(install({ cli: "require('no-such-package')" }).launcher, ['ls'])
    expect(status).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: cannot start: .*no-such-package.*\n$/)
  })
})
