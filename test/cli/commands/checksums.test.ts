/** `checksums`: the output has the format of sha256sum, and a check gives the same results. */
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inShell, lewmCache } from '../lewmCache.ts'

const shardPaths = [...new Set(referenceRows('healthy').map(row => row.shard_path))]

describe('checksums', () => {
  const cache = referenceCache('healthy')

  test('on standard output, like sha256sum itself', async () => {
    const { code, stdout } = await lewmCache(['checksums', '--cache', cache])
    expect(code).toBe(0)
    const paths = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.slice(66))
    expect([...paths].sort()).toEqual([...shardPaths].sort())
    expect(stdout).toBe(inShell(`cd '${cache}' && sha256sum ${paths.map(path => `'${path}'`).join(' ')}`).stdout)
  })

  test('in a file that sha256sum -c accepts', async () => {
    const file = join(temporaryFolder(), 'sums')
    const { json } = await lewmCache(['checksums', '--output', file, '--cache', cache, '--json'])
    expect(json()).toEqual({ checked: shardPaths.length, failed: [], missing: [], new: [], output: file })
    expect(inShell(`cd '${cache}' && sha256sum -c --quiet '${file}'`)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('as one document', async () => {
    const { stdout } = await lewmCache(['checksums', '--cache', cache])
    expect((await lewmCache(['checksums', '--cache', cache, '--json'])).json()).toMatchObject({
      output: null,
      sums: stdout.trimEnd().split('\n')
    })
  })
})

describe('checksums --check', () => {
  test('reports changed, missing and new files', async () => {
    const cache = referenceCache('healthy')
    const check = (...args: string[]) => lewmCache(['checksums', '--check', ...args, '--cache', cache, '--json'])
    await lewmCache(['checksums', '--output', join(cache, 'SHA256SUMS'), '--cache', cache])
    expect(await check()).toMatchObject({ code: 0 })
    expect((await check()).json()).toEqual({ checked: shardPaths.length, failed: [], missing: [], new: [] })

    const [changed = '', missing = ''] = shardPaths
    const added = missing.replace(/_\d+\.parquet$/, '_999.parquet')
    copyFileSync(join(cache, missing), join(cache, added))
    expect(await check()).toMatchObject({ code: 0 })
    rmSync(join(cache, missing))
    expect(await check()).toMatchObject({ code: 1 })
    appendFileSync(join(cache, changed), 'x')
    const { code, json } = await check()
    expect(code).toBe(4)
    expect(json()).toMatchObject({ failed: [changed], missing: [missing], new: [added] })

    const sums = readFileSync(join(cache, 'SHA256SUMS'), 'utf8')
    const fromInput = await lewmCache(['checksums', '--check', '-', '--cache', cache], { input: sums })
    expect(fromInput.code).toBe(4)
    expect(fromInput.stdout).toBe(
      `CHANGED ${changed}\nMISSING ${missing}\nNEW     ${added}\nchecked ${json().checked} shards: 1 changed, 1 missing, 1 new\n`
    )
  })

  test.each<[form: string, line: (sum: string, path: string) => string]>([
    ['sha256sum --tag', (sum, path) => `SHA256 (${path}) = ${sum}`],
    ['openssl dgst', (sum, path) => `SHA2-256(${path})= ${sum}`],
    ['sha256 -r', (sum, path) => `${sum} ${path}`],
    ['sha256sum --binary with comments', (sum, path) => `# ${path}\n${sum.toUpperCase()} *./${path}\r`]
  ])('reads the format of %s', async (_, line) => {
    const cache = referenceCache('healthy')
    const sums = inShell(`cd '${cache}' && sha256sum embeddings/*/*/*/*.parquet`)
      .stdout.trimEnd()
      .split('\n')
      .map(text => line(text.slice(0, 64), text.slice(66)))
    const check = (lines: readonly string[]) =>
      lewmCache(['checksums', '--check', '-', '--cache', cache, '--json'], { input: `${lines.join('\n')}\n` })
    expect((await check(sums)).json()).toEqual({ checked: shardPaths.length, failed: [], missing: [], new: [] })
    const wrong = await check([(sums[0] ?? '').replace(/[0-9a-f]{60}/i, '0'.repeat(60)), ...sums.slice(1)])
    expect(wrong.code).toBe(4)
    expect(wrong.json().failed).toHaveLength(1)
  })

  test('reads the output of sha256sum --tag for a name with a line break', async () => {
    const cache = referenceCache('healthy')
    const path = 'embeddings/a\nb.parquet'
    copyFileSync(join(cache, shardPaths[0] ?? ''), join(cache, path))
    const { stdout } = inShell(`cd '${cache}' && find embeddings -name '*.parquet' -print0 | xargs -0 sha256sum --tag`)
    expect(stdout).toContain('\\SHA256 (embeddings/a\\nb.parquet)')
    const { json } = await lewmCache(['checksums', '--check', '-', '--cache', cache, '--json'], { input: stdout })
    expect(json()).toEqual({ checked: shardPaths.length + 1, failed: [], missing: [], new: [] })
  })

  test.each([
    ['a missing file', null],
    ['a file with other contents', 'hello\n'],
    ['a digest that is too short', 'abcd  embeddings/a.parquet\n'],
    ['a digest of another algorithm', `SHA512 (embeddings/a.parquet) = ${'0'.repeat(128)}\n`]
  ])('%s is refused', async (_, text) => {
    const cache = referenceCache('healthy')
    if (text !== null) writeFileSync(join(cache, 'SHA256SUMS'), text)
    const { code, stderr } = await lewmCache(['checksums', '--check', '--cache', cache])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
  })
})
