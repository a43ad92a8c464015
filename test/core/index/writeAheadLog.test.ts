/** An index in WAL mode that another process writes to: readers see committed changes, and do not touch its files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openIndex, readEmbedding, verifyCache } from '../../../src/main/core/index.ts'
import { below, CHANGING, callsOf } from '../../faults/injected.ts'
import { describeWith } from '../../support/capabilities.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { filesBelow, keyOf } from '../cacheFiles.ts'
import { INDEX, indexEntries, spoilIndex } from './indexFile.ts'

const [row] = referenceRows('unusual')
if (row === undefined) throw new Error('the reference has no rows')

/** Runs each line of SQL that it receives, and answers each with a line. */
const WRITER = `
  import { createInterface } from 'node:readline'
  import Database from 'better-sqlite3'
  const db = new Database(process.argv[1])
  db.pragma('wal_autocheckpoint = 0')
  for await (const line of createInterface({ input: process.stdin })) {
    db.exec(line)
    console.log('done')
  }
  db.close()`

function startWriter(root: string): { readonly child: ChildProcess; readonly run: (sql: string) => Promise<void> } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, join(root, INDEX)], {
    cwd: import.meta.dirname,
    stdio: ['pipe', 'pipe', 'inherit']
  })
  const run = async (sql: string): Promise<void> => {
    child.stdin?.write(`${sql}\n`)
    await once(child.stdout ?? child, 'data')
  }
  return { child, run }
}

const count = (root: string): number => openIndex(root, 'read')?.shardPaths().get('embeddings/added.parquet') ?? 0
const insert = (n: number): string =>
  `INSERT INTO window_index VALUES ('${String(n).padStart(64, '0')}', 'e', 1, 'p', 0, 'd', 'embeddings/added.parquet', ${n}, 0)`

test('rows that are only in its log are visible, and its files stay while other processes read and end', async () => {
  const root = referenceCache('unusual')
  spoilIndex(root, db => db.pragma('journal_mode = WAL'))
  const { child, run } = startWriter(root)
  await run(insert(1))
  const files = ['-wal', '-shm'].map(suffix => join(root, `${INDEX}${suffix}`))
  const held = files.map(file => readFileSync(file))
  expect(count(root)).toBe(1)
  expect(await readEmbedding(root, keyOf(row))).not.toBeNull()
  expect((await verifyCache(root)).byKind).toMatchObject({ entry_without_row: 1 })
  expect(files.map(file => readFileSync(file))).toEqual(held)
  await run(insert(2))
  expect(count(root)).toBe(2)
  child.stdin?.end()
  await once(child, 'exit')
  expect(files.map(file => existsSync(file))).toEqual([false, false])
  expect(indexEntries(root).filter(entry => entry.includes('embeddings/added.parquet')).length).toBe(2)
})

test('a log left by a crash is read in a copy, and not changed', async () => {
  const root = referenceCache('unusual')
  spoilIndex(root, db => db.pragma('journal_mode = WAL'))
  const { child, run } = startWriter(root)
  await run(insert(1))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = filesBelow(root)
  expect(Object.keys(before)).toContain(`${INDEX}-wal`)
  expect(count(root)).toBe(1)
  expect(await readEmbedding(root, keyOf(row))).not.toBeNull()
  expect(filesBelow(root)).toEqual(before)
})

describeWith('strace', 'a reader', strace => {
  test.each(['delete', 'wal'])('of an index with journal_mode %s makes no call that could change the cache', async mode => {
    const root = referenceCache('unusual')
    spoilIndex(root, db => db.pragma(`journal_mode = ${mode}`))
    const scene = { home: temporaryFolder(), root, args: ['find', row.window_hash, '--cache', root, '--json'] }
    expect(below('embeddings', await callsOf(strace, `${CHANGING},openat`, scene, 'refuse')).filter(isChange)).toEqual([])
  })
})

/** Opening a file changes it only if it is created or truncated. The index is copied to a temporary folder. */
function isChange({ name, text }: { readonly name: string; readonly text: string }): boolean {
  if (name === 'copy_file_range') return !text.includes('/lewm-index-')
  return name !== 'openat' || /O_CREAT|O_TRUNC/.test(text)
}
