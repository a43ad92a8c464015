/** An index in WAL mode that another process has open but idle: every change succeeds, and that connection sees it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lewmCacheProcess } from '../../cli/lewmCache.ts'
import { referenceCache } from '../../support/reference.ts'
import { shardsOf } from '../cacheFiles.ts'
import { INDEX, indexEntries, spoilIndex } from './indexFile.ts'

/** Answers each line with its view of the index: number of entries and shards, and the journal mode. */
const IDLE = `
  import { createInterface } from 'node:readline'
  import Database from 'better-sqlite3'
  const db = new Database(process.argv[1])
  db.exec('UPDATE window_index SET created_at = created_at')
  console.log('open')
  for await (const _ of createInterface({ input: process.stdin })) {
    const seen = db.prepare('SELECT count(*) AS entries, count(DISTINCT shard_path) AS shards FROM window_index').get()
    console.log(JSON.stringify({ ...seen, mode: db.pragma('journal_mode', { simple: true }) }))
  }
  db.close()`

let root = ''
let child: ChildProcess
let answers: AsyncIterator<string>

beforeEach(async () => {
  root = referenceCache('healthy')
  spoilIndex(root, db => db.pragma('journal_mode = WAL'))
  child = spawn(process.execPath, ['--input-type=module', '-e', IDLE, join(root, INDEX)], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit']
  })
  if (child.stdout === null) throw new Error('no output')
  answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  expect((await answers.next()).value).toBe('open')
})

afterEach(async () => {
  child.stdin?.end()
  if (child.exitCode === null) await once(child, 'exit')
})

async function seen(): Promise<unknown> {
  child.stdin?.write('\n')
  return JSON.parse((await answers.next()).value ?? '')
}

const run = (...args: readonly string[]) => {
  const { code, json, stderr } = lewmCacheProcess([...args, '--cache', root, '--json'])
  return { code, stderr, report: json() }
}

test('reindex removes a deleted shard, and WAL mode ends with the next one', async () => {
  const [gone = '', ...others] = shardsOf(root)
  rmSync(join(root, gone))
  const { code, stderr, report } = run('reindex')
  expect({ code, stderr, report }).toMatchObject({ code: 0, stderr: '', report: { indexed_shards: others.length, findings: [] } })
  expect(await seen()).toEqual({ entries: report.indexed_rows, shards: others.length, mode: 'wal' })
  child.stdin?.end()
  await once(child, 'exit')
  expect(run('reindex')).toMatchObject({ code: 0, report: { indexed_rows: report.indexed_rows } })
  expect(existsSync(join(root, `${INDEX}-wal`))).toBe(false)
  expect(indexEntries(root)).toHaveLength(report.indexed_rows)
})

test('repair lists the moved shard', async () => {
  const [damaged = '', ...others] = shardsOf(root)
  truncateSync(join(root, damaged), 500)
  const { stderr, report } = run('repair')
  expect({ stderr, report }).toMatchObject({
    stderr: '',
    report: { quarantined: [{ shard_path: damaged }], reindex: { indexed_shards: others.length } }
  })
  expect(existsSync(join(root, damaged))).toBe(false)
  expect(await seen()).toMatchObject({ shards: others.length })
})

test('quarantine and restore list the moved shards', async () => {
  const shards = shardsOf(root)
  const [shard = ''] = shards
  expect(run('quarantine', shard, '--reason', 'test')).toMatchObject({ code: 0, stderr: '', report: { moved: [{ shard_path: shard }] } })
  expect(await seen()).toMatchObject({ shards: shards.length - 1 })
  expect(run('restore', '--all')).toMatchObject({ code: 0, stderr: '', report: { restored: [{ shard_path: shard }] } })
  expect(await seen()).toMatchObject({ shards: shards.length })
})
