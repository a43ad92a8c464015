/** `sample`: a cache for trying things out. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { lewmCache } from '../lewmCache.ts'

test('a healthy sample', async () => {
  const dir = join(temporaryFolder(), 'sample')
  const { code, json, stderr } = await lewmCache(['sample', dir, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { shards, rows } = json()
  const verified = await lewmCache(['verify', '--cache', dir, '--json'])
  expect(verified.code).toBe(0)
  expect(verified.json()).toMatchObject({ checked_shards: shards, checked_rows: rows, findings: [] })
  const again = await lewmCache(['sample', dir, '--json'])
  expect({ code: again.code, error: again.json().error.code }).toEqual({ code: 2, error: 'INPUT.GENERIC' })
})

test('a damaged sample', async () => {
  const dir = join(temporaryFolder(), 'sample')
  const { code, stdout } = await lewmCache(['sample', '--damaged', dir])
  expect(code).toBe(0)
  const [, rows = ''] = /^built \d+ shards with ([0-9,]+) rows \(as written; .*verify counts fewer rows\) in .*sample\n$/.exec(stdout) ?? []
  const verified = await lewmCache(['verify', '--cache', dir, '--json'])
  expect(verified.code).toBe(4)
  expect(verified.json().checked_rows).toBeGreaterThan(0)
  expect(verified.json().checked_rows).toBeLessThan(Number(rows.replaceAll(',', '')))
})

test('never overwrites a file', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(await lewmCache(['sample', file])).toMatchObject({ code: 2, stdout: '' })
})
