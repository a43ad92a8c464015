/** The program as installed by `npm install --global`: the packed archive, on the user's Node. */
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from './support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '..')
const shell = process.platform === 'win32'

describe('the packed archive, installed globally', () => {
  const prefix = temporaryFolder()
  const modules = join(prefix, process.platform === 'win32' ? 'node_modules' : 'lib/node_modules', 'geno-lewm-cache-inspector')
  const command = join(modules, 'bin/lewm-cache')

  beforeAll(() => {
    const archives = temporaryFolder()
    npm('pack', '--ignore-scripts', `--pack-destination=${archives}`)
    npm('install', '--global', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `--prefix=${prefix}`, archiveIn(archives))
  }, 300_000)

  test('takes less than 40 MB', () => {
    const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
    expect(bytes).toBeLessThan(40_000_000)
    expect(bytes).toBeGreaterThan(1_000_000)
  })

  test.skipIf(shell)('builds the sample and verifies it', () => {
    const sample = join(temporaryFolder(), 'sample')
    expect(run(['sample', sample])).toMatchObject({ status: 0, stderr: '' })
    expect(run(['verify', '--cache', sample])).toMatchObject({ status: 0, stderr: '' })
  })

  test.skipIf(shell)('says what to install if there is no Node', () => {
    const tools = temporaryFolder()
    expect(spawnSync('/bin/sh', [command, '--version'], { encoding: 'utf8', env: { PATH: tools } })).toMatchObject({
      status: 2,
      stderr: 'lewm-cache: Node 22.15 or newer is missing. Install it from https://nodejs.org or with your package manager.\n'
    })
  })

  function run(args: readonly string[]) {
    const home = temporaryFolder()
    const env = { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`, HOME: home }
    return spawnSync(command, [...args], { encoding: 'utf8', env, cwd: home })
  }
})

function npm(...args: string[]): void {
  const { status, stderr } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', shell })
  if (status !== 0) throw new Error(`npm ${args[0]}: ${stderr}`)
}

function archiveIn(folder: string): string {
  return join(folder, readdirSync(folder)[0] ?? '')
}
