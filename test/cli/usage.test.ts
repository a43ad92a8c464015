/** Common behaviour of all commands: options, help, errors and exit codes. */
import { describe, expect, test } from 'vitest'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { inShell, lewmCache, lewmCacheProcess } from './lewmCache.ts'

const COMMANDS = 'write path get find ls show verify reindex repair quarantine quarantined restore checksums sample open serve'.split(' ')

describe('help', () => {
  test('lists every command and the exit codes', async () => {
    const { code, stdout, stderr } = await lewmCache(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
    expect(stdout).toContain('130 cancelled')
  })

  test.each(COMMANDS)('%s --help lists the options of every command', async command => {
    const { code, stdout, stderr } = await lewmCache([command, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: lewm-cache ${command} `))
    for (const option of ['--cache <dir>', '--json', '--quiet', '--help']) expect(stdout).toContain(option)
  })

  test('help COMMAND and --version', async () => {
    expect((await lewmCache(['help', 'verify'])).stdout).toBe((await lewmCache(['verify', '--help'])).stdout)
    expect((await lewmCache(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.runIf(process.platform === 'linux').each(['--help', 'help', 'help verify', 'verify --help', '--version'])(
    '%s into a full disk has exit code 6, and into a closed pipe none',
    args => {
      const { code, stderr } = inShell(`$LEWM ${args} > /dev/full`)
      expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/^lewm-cache: cannot write to standard output[^\n]*\n$/) })
      expect(inShell(`set -o pipefail; $LEWM ${args} | true`)).toEqual({ code: 0, stdout: '', stderr: '' })
    }
  )
})

describe('wrong usage prints one line, and one document with --json', () => {
  test.each([
    [[], 'no command given'],
    [['verfy'], "unknown command 'verfy'"],
    [['ls', '--nope'], "unknown option '--nope'"],
    [['ls', 'surplus'], 'too many arguments'],
    [['ls', '--cache', ''], '--cache'],
    [['show'], "missing required argument 'shard'"],
    [['quarantine', 'embeddings/x.parquet'], "required option '--reason <text>' not specified"],
    [['verify', '--partition', '0/3'], 'I/N'],
    [['verify', '--partition', '4/3'], 'I/N'],
    [['verify', '--partition', 'half'], 'I/N'],
    [['verify', '--older-than', '3w'], '30d, 12h, 45m or 10s'],
    [['verify', '--quick', '--changed'], 'cannot be used with'],
    [['verify', '--changed', '--older-than', '1d'], 'cannot be used with'],
    [['repair', '--plan', 'a', '--save-plan', 'b'], 'cannot be used with'],
    [['find', 'beef', '--limit', '0'], 'from 1 to'],
    [['get', '--format', 'csv'], 'npy']
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await lewmCache(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^lewm-cache: [^\n]*\n$/)
    expect(stderr).toContain(words)
    const withJson = await lewmCache([...args, '--json'])
    expect(withJson.code).toBe(2)
    expect(withJson.json()).toEqual({
      error: { code: 'INPUT.GENERIC', message: expect.stringContaining(words), details: expect.anything() }
    })
  })
})

describe('common options can precede or follow the command', () => {
  const cache = referenceCache('healthy')

  test.each([
    [['--cache', cache, '--json', 'ls', '--layer', '-1']],
    [['--json', 'ls', '--layer=-1', '--cache', cache]],
    [[`--cache=${cache}`, 'ls', '--layer', '-1', '--json', '--quiet']]
  ])('%#', async args => {
    const { stdout } = await lewmCache(['ls', '--cache', cache, '--json', '--layer', '-1'])
    expect(await lewmCache(args)).toMatchObject({ code: 0, stdout, stderr: '' })
  })

  test('the last --cache is used', async () => {
    expect((await lewmCache(['--cache', '/nowhere', 'ls', '--cache', cache, '--json'])).code).toBe(0)
  })

  test('a value that looks like an option is accepted where a value is required', async () => {
    const { code, stderr } = await lewmCache(['ls', '--cache', cache, '--encoder', '--json', '--quiet'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('which cache', () => {
  const cache = referenceCache('healthy')

  test('$GENO_LEWM_CACHE, with ~ for the home folder', async () => {
    const shards = (await lewmCache(['ls', '--json'], { env: { GENO_LEWM_CACHE: cache } })).json().shards
    expect(shards.length).toBeGreaterThan(0)
    const home = temporaryFolder()
    inShell(`cp -r '${cache}' "$HOME/mine"`, home)
    expect((await lewmCache(['ls', '--json'], { home, env: { GENO_LEWM_CACHE: '~/mine' } })).json().shards).toHaveLength(shards.length)
  })

  test('.geno-lewm-cache in the working directory', async () => {
    const home = temporaryFolder()
    inShell(`cp -r '${cache}' .geno-lewm-cache`, home)
    expect((await lewmCache(['ls', '--json'], { home })).code).toBe(0)
  })
})

describe('the reader of standard output', () => {
  const cache = referenceCache('healthy')

  test('may close it', () => {
    const { stdout, stderr } = inShell(`$LEWM ls --quiet --cache '${cache}' | head -n 1; echo "\${PIPESTATUS[0]}"`)
    expect(stdout).toMatch(/^encoder .*\n0\n$/)
    expect(stderr).toBe('')
  })

  test('may be absent from the start', () => {
    const { stdout, stderr } = inShell(`$LEWM ls --json --cache '${cache}' | true; echo "\${PIPESTATUS[0]}"`)
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  })

  test('may be a full disk', () => {
    const { code, stderr } = inShell(`$LEWM ls --json --cache '${cache}' > /dev/full`)
    expect(code).toBe(6)
    expect(stderr).toMatch(/^lewm-cache: cannot write to standard output: no space left on the device\n$/)
  })
})

describe('a bug in the program', () => {
  const cache = referenceCache('healthy')
  const broken = { NODE_OPTIONS: '--import=data:text/javascript,Map.groupBy=()=>{throw(new(TypeError)(`boom`))}' }

  test('prints one line with the code INTERNAL, and has its own exit code', () => {
    const { code, stdout, stderr } = lewmCacheProcess(['verify', '--cache', cache], { env: broken })
    expect({ code, stdout, stderr }).toEqual({
      code: 70,
      stdout: '',
      stderr: 'lewm-cache: INTERNAL: internal error: TypeError: boom\n'
    })
    const { json } = lewmCacheProcess(['repair', '--dry-run', '--cache', cache, '--json'], { env: broken })
    expect(json()).toEqual({ error: { code: 'INTERNAL', message: 'TypeError: boom', details: {} } })
  })

  test('prints its stack with DEBUG', () => {
    const { code, stderr } = lewmCacheProcess(['verify', '--cache', cache], { env: { ...broken, DEBUG: '1' } })
    expect(code).toBe(70)
    expect(stderr).toMatch(/boom\nTypeError: boom\n {4}at /)
  })
})
