/** Checksums that `sha256sum` itself reads, and that show changed, removed and added files. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkChecksums, reindexCache, writeChecksums, writeShard } from '../../../src/main/core/index.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf, shardsOf } from '../cacheFiles.ts'

const SHA256SUM = 'sha256sum'
const present = spawnSync(SHA256SUM, ['--version']).status === 0

describe.skipIf(!present)('sha256sum', () => {
  test.each(['healthy', 'unusual', 'damaged'] as const)('accepts the checksums of the %s cache', async which => {
    const root = referenceCache(which)
    const text = await writeChecksums(root)
    const out = execFileSync(SHA256SUM, ['--strict', '-c', '-'], { cwd: root, input: text, encoding: 'utf8' })
    expect(
      out
        .trimEnd()
        .split('\n')
        .every(line => line.endsWith(': OK'))
    ).toBe(true)
    expect(out.trimEnd().split('\n').length).toBe(shardsOf(root).length)
  })

  test('writes the same output, including names with line breaks and backslashes', async () => {
    const root = temporaryFolder()
    for (const [n, contig] of ['new\nline', 'return\r', '1', 'é'].entries())
      await writeShard(root, { ...BLOCK, contig, records: [recordOf(n, { chrom: contig })] })
    renameSync(
      join(root, 'embeddings/lab__encoder/5/centered_mean_8/chr1_0.parquet'),
      join(root, 'embeddings/lab__encoder/5/centered_mean_8/back\\slash.parquet')
    )
    const own = await writeChecksums(root)
    const theirs = execFileSync(SHA256SUM, shardsOf(root), { cwd: root, encoding: 'utf8' })
    expect(own.split('\n').sort()).toEqual(theirs.split('\n').sort())
    expect(await checkChecksums(root, theirs)).toEqual({ checked: 4, failed: [], missing: [], added: [] })
    expect(spawnSync(SHA256SUM, ['--strict', '-c', '-'], { cwd: root, input: own }).status).toBe(0)
  })
})

describe('compared with a list', () => {
  test('nothing changed', async () => {
    const root = referenceCache('healthy')
    const text = await writeChecksums(root)
    await reindexCache(root)
    expect(await checkChecksums(root, text)).toEqual({ checked: 92, failed: [], missing: [], added: [] })
  })

  test('one changed, one missing, one new', async () => {
    const root = referenceCache('healthy')
    const text = await writeChecksums(root)
    const [first = '', second = ''] = shardsOf(root)
    appendFileSync(join(root, first), 'x')
    rmSync(join(root, second))
    const { shardPath } = await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
    expect(await checkChecksums(root, text)).toEqual({ checked: 91, failed: [first], missing: [second], added: [shardPath] })
  })

  test('a shard that is moved while the others are read has no checksum, and is missing from a list', async () => {
    const root = referenceCache('healthy')
    const text = await writeChecksums(root)
    const last = shardsOf(root).at(-1) ?? ''
    const moveAway = { onProgress: () => rmSync(join(root, last), { force: true }) }
    expect(await checkChecksums(root, text, moveAway)).toEqual({ checked: 91, failed: [], missing: [last], added: [] })
    const again = referenceCache('healthy')
    const sums = await writeChecksums(again, { onProgress: () => rmSync(join(again, last), { force: true }) })
    expect(sums.trimEnd().split('\n')).toHaveLength(91)
    expect(sums).not.toContain(last)
  })

  test('in every format that sha256sum writes', async () => {
    const root = referenceCache('healthy')
    const lines = (await writeChecksums(root)).trimEnd().split('\n')
    const forms = lines.map(
      (line, i) => [line, line.replace('  ', ' *'), line.replace('  ', '  ./'), line.toUpperCase().slice(0, 64) + line.slice(64)][i % 4]
    )
    expect(await checkChecksums(root, `${forms.join('\r\n')}\r\n\r\n`)).toEqual({ checked: 92, failed: [], missing: [], added: [] })
  })

  const sum = 'a'.repeat(64)
  test.each([
    ['no sums', 'hello', 1],
    ['a digest that is too short', `${'a'.repeat(63)}  embeddings/a.parquet`, 1],
    ['a path outside the cache', `${sum}  embeddings/a.parquet\n${sum}  ../a.parquet`, 2],
    ['an absolute path', `${sum}  /etc/passwd`, 1],
    ['a path with ..', `${sum}  embeddings/../../a.parquet`, 1],
    ['a file that is not a shard', `${sum}  embeddings/index.sqlite`, 1]
  ])('with %s: refused, with the line', async (_, text, line) => {
    await expect(checkChecksums(referenceCache('healthy'), text)).rejects.toMatchObject({ code: 'INPUT.GENERIC', details: { line } })
  })

  test('an empty list contains nothing', async () => {
    expect((await checkChecksums(referenceCache('healthy'), '')).added.length).toBe(92)
  })
})

test('cancelled', async () => {
  await expect(writeChecksums(referenceCache('healthy'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
})
