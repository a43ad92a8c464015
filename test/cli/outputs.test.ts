/** Output files can be written anywhere except over the contents of a cache. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, makePipe } from '../core/cacheFiles.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { inShell, lewmCacheProcess, startLewmCache } from './lewmCache.ts'

const [row] = referenceRows('healthy')
const SHARD = row?.shard_path ?? ''
const cache = referenceCache('healthy')
const links = temporaryFolder()
symlinkSync(join(cache, SHARD), join(links, 'to-a-shard'))
symlinkSync(join(cache, 'embeddings'), join(links, 'to-the-folder'))
symlinkSync(join(cache, 'embeddings/notes'), join(links, 'to-nothing'))
symlinkSync('to-nothing', join(links, 'to-a-link'))
const before = filesBelow(cache)

test.each([
  ['a shard', join(cache, SHARD)],
  ['a path for a shard', join(cache, 'embeddings/new.parquet')],
  ['the index', join(cache, 'embeddings/index.sqlite')],
  ['a journal of the index', join(cache, 'embeddings/index.sqlite-journal')],
  ['the lock', join(cache, 'embeddings/.lewm-cache.lock')],
  ['a path in the quarantine', join(cache, 'embeddings/.quarantine/plan.json')],
  ['a link to a shard', join(links, 'to-a-shard')],
  ['through a linked folder', join(links, 'to-the-folder/index.sqlite')],
  ['the target of a dangling link', join(links, 'to-nothing')],
  ['the target of a link to such a link', join(links, 'to-a-link')],
  ['a link upwards from a folder', `${links}/to-the-folder/../embeddings/notes`],
  ['a name that only seems harmless', join(cache, 'embeddings/none/../index.sqlite')]
])('%s is not written over', (_, file) => {
  const key = ['window-hash', 'encoder-hash', 'state-layer', 'pool-type', 'pool-radius', 'dtype'] as const
  const ofRow = (name: string): string => String(Object.entries(row ?? {}).find(([field]) => field === name.replace('-', '_'))?.[1])
  for (const args of [
    ['checksums', '--output', file],
    ['repair', '--dry-run', '--save-plan', file],
    ['get', ...key.flatMap(name => [`--${name}`, ofRow(name)]), '--format', 'npy', '--output', file]
  ]) {
    const { code, stderr } = lewmCacheProcess([...args, '--cache', cache])
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 2, stderr: expect.stringMatching(/^lewm-cache: .* is not written: it /) })
  }
  expect(filesBelow(cache)).toEqual(before)
})

test('files beside the embeddings, and in other folders of that name, are written', () => {
  const sums = join(cache, 'SHA256SUMS')
  expect(lewmCacheProcess(['checksums', '--output', sums, '--cache', cache]).code).toBe(0)
  expect(lewmCacheProcess(['checksums', '--check', '--cache', cache]).code).toBe(0)
  const folder = join(temporaryFolder(), 'embeddings')
  mkdirSync(folder)
  expect(lewmCacheProcess(['checksums', '--output', join(folder, 'sums'), '--cache', cache]).code).toBe(0)
})

const keyOptions = ['window-hash', 'encoder-hash', 'state-layer', 'pool-type', 'pool-radius', 'dtype'].flatMap(name => [
  `--${name}`,
  String(Object.entries(row ?? {}).find(([field]) => field === name.replace('-', '_'))?.[1])
])
/** Commands with an option that names a file, without the name, and the expected start of the contents. */
const SAVING: Record<string, { args: string[]; begins: string }> = {
  checksums: { args: ['checksums', '--output'], begins: '' },
  plan: { args: ['repair', '--dry-run', '--save-plan'], begins: '{\n  "' },
  matrix: { args: ['get', ...keyOptions, '--format', 'npy', '--output'], begins: '\x93NUMPY' }
}

describe.runIf(process.platform === 'linux').each(Object.entries(SAVING))('%s', (_name, { args, begins }) => {
  const folder = temporaryFolder()
  /** The time in a plan differs between runs. */
  const file = (path: string): string => readFileSync(join(folder, path), 'latin1').replace(/"created_at": "\d+"/, '"created_at": "0"')
  /** `command NAME` in a script saves to that path. */
  const words = args.map(word => `'${word}'`).join(' ')
  const shell = (script: string) =>
    inShell(
      `cd '${folder}'\ncommand() { $LEWM ${words} "$1" --cache '${cache}' 2>>errors || { code=$?; [ $code = 3 ] || return $code; }; }\n${script}`,
      temporaryFolder()
    )
  const whole = (() => {
    shell('command whole')
    return file('whole')
  })()

  test('saves the complete contents', () => {
    expect(whole.startsWith(begins)).toBe(true)
    expect(whole.length).toBeGreaterThan(100)
  })

  test.each([
    ['-', 'command - > got'],
    ['/dev/stdout', 'command /dev/stdout > got'],
    ['/dev/stdout into a pipe', 'command /dev/stdout | cat > got'],
    ['/dev/fd/1', 'command /dev/fd/1 | cat > got'],
    ['/proc/self/fd/1', 'command /proc/self/fd/1 > got'],
    ['a link to /dev/stdout', 'ln -sf /dev/stdout link; command link > got; test -L link'],
    ['a link to a link to it', 'ln -sf /proc/self/fd/1 a; ln -sf a b; command b | cat > got; test -L a -a -L b'],
    ['a file descriptor', 'command /dev/fd/3 3> got'],
    ['a descriptor of a pipe', '{ command /dev/fd/3 3>&1 >/dev/null; } | cat > got'],
    ['another command', 'command >(cat > got); while [ $(stat -c %s got) != $(stat -c %s whole) ]; do sleep 0.05; done'],
    ['a named pipe', 'mkfifo pipe; cat pipe > got & command pipe; wait; test -p pipe; rm pipe'],
    ['a dangling link', 'ln -s got dangling; command dangling; test -L dangling; rm dangling'],
    ['a link to a file', 'echo old > got; ln -s got there; command there; test -L there; rm there'],
    ['a new folder', 'rm -rf new; command new/below/got; mv new/below/got got']
  ])('through %s', (_, script) => {
    rmSync(join(folder, 'got'), { force: true })
    const { code } = shell(`set -e\n${script}`)
    expect(code).toBe(0)
    expect(file('got') === whole).toBe(true)
  })

  test('the previous and later contents of an open file stay', () => {
    for (const to of ['/dev/stdout', '-', '/dev/fd/1']) {
      shell(`echo before > log; command ${to} >> log; echo after >> log`)
      expect(file('log')).toBe(`before\n${whole}after\n`)
    }
    shell('(echo before; command /dev/stdout; echo after) > log')
    expect(file('log')).toBe(`before\n${whole}after\n`)
    shell('echo before > log; command /dev/fd/3 3>> log; echo after >> log')
    expect(file('log')).toBe(`before\n${whole}after\n`)
  })

  test('a file keeps its mode, and its hard links keep the old contents', () => {
    writeFileSync(join(folder, 'own'), 'old')
    chmodSync(join(folder, 'own'), 0o640)
    linkSync(join(folder, 'own'), join(folder, 'other'))
    shell('command own')
    expect(file('own') === whole).toBe(true)
    expect(statSync(join(folder, 'own')).mode & 0o777).toBe(0o640)
    expect(file('other')).toBe('old')
  })

  test.skipIf(process.getuid?.() === 0)('a read-only file is not changed', () => {
    writeFileSync(join(folder, 'closed'), 'old', { mode: 0o444 })
    expect(shell('command closed').code).toBe(6)
    expect(file('closed')).toBe('old')
  })

  test('a reader that closes the pipe is not an error', () => {
    expect(shell('command >(exit 0); exit $?').code).toBe(0)
    expect(shell('set -o pipefail; command /dev/stdout | true').code).toBe(0)
  })

  test('a full disk is an operating system error', () => {
    expect(shell('command /dev/full').code).toBe(6)
    expect(shell('command /dev/stdout > /dev/full').code).toBe(6)
    expect(shell('command - > /dev/full').code).toBe(6)
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  test('folders and invalid file names are refused', () => {
    mkdirSync(join(folder, 'folder'), { recursive: true })
    for (const path of ['folder', 'none/', '.', '/']) expect(shell(`command ${path}`).code, path).toBe(2)
    shell('ln -s round round')
    expect(shell('command round').code).toBe(6)
    expect(readlinkSync(join(folder, 'round'))).toBe('round')
    expect(shell('command /dev/fd/99').code).toBe(6)
  })

  test('standard output accepts only the document of --json', () => {
    const { code, stderr, json } = lewmCacheProcess([...args, '/dev/stdout', '--json', '--cache', cache])
    expect(code).toBe(2)
    expect(stderr).toMatch(/both write to standard output\n$/)
    expect(json()).toMatchObject({ error: { code: 'INPUT.GENERIC' } })
  })
})

test('checksums --output - --json prints its document', () => {
  const { code, json } = lewmCacheProcess(['checksums', '--output', '-', '--json', '--cache', cache])
  expect(code).toBe(0)
  expect(json()).toMatchObject({ output: null, sums: expect.arrayContaining([expect.stringContaining(SHARD)]) })
})

test.runIf(process.platform === 'linux')('Ctrl-C ends the wait for the reader of a pipe', async () => {
  const pipe = join(temporaryFolder(), 'pipe')
  makePipe(pipe)
  const child = startLewmCache(['checksums', '--output', pipe, '--cache', cache])
  const ended = once(child, 'exit')
  // Once it reads, its signal handlers are installed.
  await new Promise(resolve => setTimeout(resolve, 1500))
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})

describe('a cache in any state', () => {
  /** A cache changed by `change`. @returns its root */
  function changed(change: (embeddings: string) => void): string {
    const root = join(temporaryFolder(), 'cache')
    cpSync(cache, root, { recursive: true, verbatimSymlinks: true })
    change(join(root, 'embeddings'))
    return root
  }
  const encoder = SHARD.split('/')[1] ?? ''

  test.each([
    ['without an index', (embeddings: string) => rmSync(join(embeddings, 'index.sqlite')), `embeddings/${encoder}/notes`],
    [
      'with only a quarantine',
      (embeddings: string) => {
        rmSync(embeddings, { recursive: true })
        mkdirSync(join(embeddings, '.quarantine'), { recursive: true })
      },
      'embeddings/.quarantine/a.parquet.1.bad'
    ],
    [
      'without shards',
      (embeddings: string) => {
        rmSync(embeddings, { recursive: true })
        mkdirSync(embeddings)
      },
      'embeddings/notes'
    ]
  ] as const)('%s is not written over', (_, change, path) => {
    const root = changed(change)
    const file = join(root, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, 'kept')
    const { code } = lewmCacheProcess(['checksums', '--output', file, '--cache', root])
    expect(code).toBe(2)
    expect(readFileSync(file, 'utf8')).toBe('kept')
  })

  test('is not overwritten if its embeddings are elsewhere', () => {
    const elsewhere = join(temporaryFolder(), 'store')
    const root = changed(embeddings => {
      cpSync(embeddings, elsewhere, { recursive: true })
      rmSync(embeddings, { recursive: true })
      symlinkSync(elsewhere, embeddings)
    })
    for (const file of [join(elsewhere, 'notes'), join(root, 'embeddings/notes')]) {
      expect(lewmCacheProcess(['repair', '--dry-run', '--save-plan', file, '--cache', root]).code).toBe(2)
    }
    expect(existsSync(join(elsewhere, 'notes'))).toBe(false)
  })

  test('another cache is not overwritten either', () => {
    const root = changed(embeddings => rmSync(join(embeddings, 'index.sqlite')))
    expect(lewmCacheProcess(['checksums', '--output', join(root, 'embeddings/notes'), '--cache', cache]).code).toBe(2)
  })
})

test('a file that the same command reads is not overwritten', () => {
  const folder = temporaryFolder()
  const keys = join(folder, 'keys')
  writeFileSync(keys, `${JSON.stringify(row)}\n`)
  symlinkSync('keys', join(folder, 'link'))
  const report = join(folder, 'report')
  writeFileSync(report, lewmCacheProcess(['verify', '--partition', '1/1', '--json', '--cache', cache]).stdout)
  const kept = filesBelow(folder)
  for (const args of [
    ['get', '--keys', keys, '--format', 'npy', '--output', keys],
    ['get', '--keys', keys, '--format', 'npy', '--output', join(folder, 'link')],
    ['merge', report, '--save-plan', report]
  ]) {
    const { code, stderr } = lewmCacheProcess([...args, '--cache', cache])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/ is not written: it is read by the same command\n$/) })
  }
  expect(filesBelow(folder)).toEqual(kept)
})

test('the record of earlier verifications is not overwritten', () => {
  const home = temporaryFolder()
  lewmCacheProcess(['verify', '--cache', cache], { home })
  const ledger = spawnSync('find', [home, '-name', 'ledger.sqlite'], { encoding: 'utf8' }).stdout.trim()
  expect(ledger).not.toBe('')
  expect(lewmCacheProcess(['checksums', '--output', ledger, '--cache', cache], { home }).code).toBe(2)
  expect(lewmCacheProcess(['verify', '--changed', '--cache', cache, '--json'], { home }).json()).toMatchObject({ checked_shards: 0 })
})
