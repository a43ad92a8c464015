/** The result of `npm ci`: each package has the version and the content in the lock file, and no code of a package is run. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'))

type Package = {
  version: string
  integrity?: string
  dev?: boolean
  link?: boolean
  hasInstallScript?: boolean
  bin?: Record<string, string>
}
const manifest = read('package.json') as { dependencies: Record<string, string>; allowScripts: Record<string, boolean> }
const runtime = read('runtime/package.json') as { optionalDependencies: Record<string, string> }
const { packages } = read('package-lock.json') as { packages: Record<string, Package> }
// The folder of the runtime is part of the repository.
const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && path !== 'runtime' && link !== true)

test('the lock file has a hash of every package that is installed or part of the program', () => {
  const named = installed.filter(([path, { dev }]) => dev !== true || existsSync(join(ROOT, path)))
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([])
})

test('no package runs a script when it is installed', () => {
  const names = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path.replace(/^.*node_modules\//, ''))
  expect(names.filter(name => manifest.allowScripts[name] !== false)).toEqual([])
})

test('the Node that runs this is the one in the lock file', () => {
  const ofNode = installed.filter(([, { bin }]) => bin?.node !== undefined)
  expect(ofNode.map(([path, { version }]) => [path.replace('node_modules/', ''), version])).toEqual(
    Object.entries(runtime.optionalDependencies)
  )
  const here = packages[`node_modules/node-${process.platform}-${process.arch}`]
  if (here !== undefined) expect(process.versions.node).toBe(here.version)
})

test('an installation has only the packages outside the bundles, and no Node', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['better-sqlite3'])
})
