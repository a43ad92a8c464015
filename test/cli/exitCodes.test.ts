/** Exit codes that do not need a cache, and those for a cache that another process is changing. */
import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitCodeOfFindings } from '../../src/main/cli/process/exitCodes.ts'
import { type FindingKind, finding } from '../../src/shared/model/finding.ts'
import { referenceCache } from '../support/reference.ts'
import { lewmCacheProcess, ndjson } from './lewmCache.ts'
import { recordLine, WRITE } from './records.ts'

describe('findings', () => {
  test.each<[number, FindingKind[]]>([
    [0, []],
    [3, ['non_finite']],
    [3, ['unsupported_version', 'index_missing']],
    [3, ['entry_without_row', 'row_without_entry', 'entry_elsewhere', 'entry_outside']],
    [4, ['index_unreadable']],
    [4, ['index_schema']],
    [4, ['cut_off']],
    [4, ['unreadable', 'non_finite', 'bad_page']],
    [6, ['unreadable']],
    [6, ['non_finite', 'unreadable', 'index_missing']],
    [6, ['unreadable', 'non_finite']]
  ])('%i for %j', (code, kinds) => {
    expect(exitCodeOfFindings(kinds.map(kind => finding(kind, 'embeddings/a.parquet', 'a sentence')))).toBe(code)
  })
})

test('5 while another process changes the cache: which one, since when and for what', () => {
  const cache = referenceCache('damaged')
  const owner = { host: hostname(), pid: process.pid, since: '2026-01-01T00:00:00.000Z', operation: 'write of the night' }
  writeFileSync(join(cache, 'embeddings/.lewm-cache.lock'), JSON.stringify(owner))
  const { code, json } = lewmCacheProcess(['repair', '--cache', cache, '--json'])
  expect(code).toBe(5)
  expect(json().error).toMatchObject({ code: 'RESOURCE.BUSY', details: owner })
  for (const fact of [String(owner.pid), owner.since, owner.operation]) expect(json().error.message).toContain(fact)
})

test.skipIf(process.platform !== 'linux')('the command does not hang if its data folder cannot be created', () => {
  // Node's own recursive mkdir never returns in this case.
  const env = { LEWM_CACHE_DATA: '/proc/none/data' }
  const { code, json } = lewmCacheProcess(['ls', '--cache', referenceCache('healthy'), '--json'], { env })
  expect(code).toBe(0)
  expect(json().shards.length).toBeGreaterThan(0)
  expect(lewmCacheProcess(['verify', '--cache', referenceCache('healthy')], { env }).code).not.toBeNull()
})

test.skipIf(process.platform !== 'linux')('6 if no cache can be created', () => {
  const { code, json } = lewmCacheProcess([...WRITE, '--cache', '/sys/nowhere/cache', '--json'], { input: ndjson([recordLine(0)]) })
  expect({ code, error: json().error.code }).toEqual({ code: 6, error: 'RESOURCE.SYSTEM' })
})
