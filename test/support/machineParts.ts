/** Finds parts of the machine that some tests need and `npm ci` does not install. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AS_USER, isRoot } from './accounts.ts'

export type Part = 'python' | 'writers' | 'chromium' | 'electron' | 'strace' | 'setpriv' | 'prlimit' | 'snakemake'
type Found = { readonly path: string } | { readonly missing: string }

const ROOT = join(import.meta.dirname, '../..')

/** The libraries that write Parquet beside geno_lewm; their files differ from version to version. */
const WRITERS = [
  ['pyarrow', '26.0.1'],
  ['duckdb', '2.0.0'],
  ['polars', '2.1.0'],
  ['fastparquet', '2026.9.0']
] as const

const PARTS: Record<Part, { readonly find: () => string | null; readonly tests: string; readonly why: string; readonly get: string }> = {
  python: {
    find: findPython,
    tests: 'tests against GenoLeWM itself',
    why: 'neither $LEWM_PEER_PYTHON nor .venv/bin/python has geno-lewm 0.2.1 and pyarrow',
    get: 'python3 -m venv .venv && .venv/bin/pip install geno-lewm==0.2.1 pyarrow==26.0.1 numpy==2.4.6'
  },
  writers: {
    find: findWriters,
    tests: 'tests of files that other libraries write',
    why: `neither $LEWM_PEER_PYTHON nor .venv/bin/python has geno-lewm 0.2.1 with ${WRITERS.map(each => each.join(' ')).join(', ')}`,
    get: `.venv/bin/pip install ${WRITERS.map(([name, version]) => `${name}==${version}`).join(' ')}`
  },
  chromium: {
    find: () => firstExecutable([process.env.CHROMIUM_PATH, onPath('chromium'), onPath('chromium-browser'), onPath('google-chrome')]),
    tests: 'tests in a browser',
    why: 'there is no Chromium at $CHROMIUM_PATH or on the PATH',
    get: 'apt-get install chromium'
  },
  electron: {
    find: findElectron,
    tests: 'tests of the desktop window',
    why: '$ELECTRON_OVERRIDE_DIST_PATH names no folder with an Electron runtime, or there is no display',
    get: 'unpack one, export ELECTRON_OVERRIDE_DIST_PATH=<its folder>, and run under xvfb-run'
  },
  strace: {
    find: findStrace,
    tests: 'tests that watch system calls',
    why: 'strace is missing, or this machine forbids tracing',
    get: 'apt-get install strace'
  },
  setpriv: {
    find: findSetpriv,
    tests: 'tests as an ordinary user',
    why: 'the tests run as root, and setpriv is missing or this folder is closed to other users',
    get: 'apt-get install util-linux'
  },
  prlimit: {
    find: () => onPath('prlimit'),
    tests: 'tests under limits on resources',
    why: 'prlimit is missing',
    get: 'apt-get install util-linux'
  },
  snakemake: {
    find: () => firstExecutable([process.env.LEWM_SNAKEMAKE, join(ROOT, '.venv/bin/snakemake'), onPath('snakemake')]),
    tests: 'tests of the workflow',
    why: 'there is no snakemake at $LEWM_SNAKEMAKE, .venv/bin/snakemake or on the PATH',
    get: 'python3 -m venv .venv && .venv/bin/pip install snakemake==9.27.1'
  }
}

const found = new Map<Part, Found>()

/** The path of a part, or the line that says why its tests are skipped. */
export function lookForPart(part: Part): Found {
  const known = found.get(part)
  if (known) return known
  const { find, tests, why, get } = PARTS[part]
  const path = find()
  const place = path === null ? { missing: `SKIPPED: ${tests}, because ${why}: ${get}` } : { path }
  found.set(part, place)
  return place
}

function findPython(): string | null {
  return pythonThat("import pyarrow, geno_lewm, importlib.metadata as m; assert m.version('geno-lewm') == '0.2.1'")
}

function findWriters(): string | null {
  const versions = JSON.stringify(Object.fromEntries([['geno-lewm', '0.2.1'], ...WRITERS]))
  return pythonThat(`import importlib.metadata as m; assert all(m.version(k) == v for k, v in ${versions}.items())`)
}

function pythonThat(check: string): string | null {
  for (const path of [process.env.LEWM_PEER_PYTHON, join(ROOT, '.venv/bin/python')]) {
    if (path && spawnSync(path, ['-c', check]).status === 0) return path
  }
  return null
}

function findElectron(): string | null {
  const { ELECTRON_OVERRIDE_DIST_PATH: folder, DISPLAY } = process.env
  if (process.platform === 'linux' && !DISPLAY) return null
  return folder ? firstExecutable([join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron')]) : null
}

function findStrace(): string | null {
  const path = onPath('strace')
  return path !== null && spawnSync(path, ['-o', '/dev/null', 'true']).status === 0 ? path : null
}

/** An ordinary user needs none, and runs programs with env. */
function findSetpriv(): string | null {
  if (process.getuid === undefined) return null
  if (!isRoot) return onPath('env')
  const path = onPath('setpriv')
  return path !== null && spawnSync(path, [...AS_USER, process.execPath, '--version'], { cwd: ROOT }).status === 0 ? path : null
}

function onPath(name: string): string | null {
  return firstExecutable((process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)))
}

function firstExecutable(paths: readonly (string | null | undefined)[]): string | null {
  return paths.find((path): path is string => typeof path === 'string' && isExecutable(path)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
