/** Caches of layout 2 on the command line. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { float64Hex } from '../core/cacheFiles.ts'
import { INDEX } from '../core/index/indexFile.ts'
import { newerCache, newerRows } from '../support/newer.ts'
import { lewmCache, ndjson } from './lewmCache.ts'
import { recordLine, WRITE } from './records.ts'

const rows = newerRows('layout2')
const root = newerCache('layout2')

/** An embedding in the form of `get --json`. */
function bitsOf(values: readonly (number | string)[]): string {
  return float64Hex(values.map(Number))
}

type Row = (typeof rows)[number]

test('get reads each row by its seven-part key', async () => {
  const { code, stdout } = await lewmCache(['get', '--keys', '-', '--json', '--cache', root], { input: ndjson(rows) })
  expect(code).toBe(0)
  const found = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(found.map(({ shard_path, row_offset, embedding }) => [shard_path, row_offset, bitsOf(embedding)])).toEqual(
    rows.map(row => [row.shard_path, row.row_offset, row.embedding_f64le])
  )
  expect(found.map(({ key }) => key.center_token)).toEqual(rows.map(row => row.center_token))
})

test('--center-token is a part of the key, and null if omitted', async () => {
  const options = (row: Row): string[] =>
    ['window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype'].flatMap(name => [
      `--${name.replaceAll('_', '-')}`,
      String(row[name])
    ])
  const get = (row: Row, ...more: string[]) => lewmCache(['get', ...options(row), ...more, '--json', '--cache', root])
  const centred = rows.find(row => row.center_token !== null)
  const global = rows.find(row => row.center_token === null)
  if (centred === undefined || global === undefined) throw new Error('the reference lacks a pool')
  const found = await get(centred, '--center-token', String(centred.center_token))
  expect(bitsOf(found.json().embedding)).toBe(centred.embedding_f64le)
  expect((await get(centred)).code).toBe(1)
  expect(bitsOf((await get(global)).json().embedding)).toBe(global.embedding_f64le)
  expect((await get(global, '--center-token', '4')).code).toBe(2)
})

test('show, ls and find list its rows', async () => {
  const [row] = rows
  const shown = (await lewmCache(['show', row?.shard_path ?? '', '--rows', '--json', '--cache', root])).json()
  expect(shown.findings).toEqual([])
  expect(shown.rows[0]).toMatchObject({ window_hash: row?.window_hash, center_token: row?.center_token, schema_version: '2.0.0' })
  expect((await lewmCache(['ls', '--json', '--cache', root])).json().shards).toHaveLength(11)
  const found = (await lewmCache(['find', String(row?.window_hash), '--json', '--cache', root])).json()
  expect(found.rows[0]).toMatchObject({ shard_path: row?.shard_path, center_token: row?.center_token })
})

test('commands that write are refused with exit code 5', async () => {
  const bytes = readFileSync(join(root, INDEX))
  const codeOf = async (args: readonly string[], input = '') => (await lewmCache([...args, '--cache', root], { input })).code
  for (const command of ['reindex', 'repair']) expect([command, await codeOf([command])]).toEqual([command, 5])
  expect(await codeOf(WRITE, ndjson([recordLine(0)]))).toBe(5)
  expect(await codeOf(['verify'])).toBe(3)
  expect(readFileSync(join(root, INDEX)).equals(bytes)).toBe(true)
  const long = newerCache('long2')
  for (const command of ['reindex', 'repair']) {
    expect([command, (await lewmCache([command, '--cache', long])).code]).toEqual([command, 5])
  }
})
