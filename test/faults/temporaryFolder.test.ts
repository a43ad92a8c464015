/**
 * An index that can only be read in a copy, while the folder for temporary files is unusable: another folder is used. Without any, the
 * index is reported as not compared, but never as missing.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lewmCacheProcess, type ProcessOptions } from '../cli/lewmCache.ts'
import { keyOptions } from '../cli/records.ts'
import { filesBelow, shardsOf } from '../core/cacheFiles.ts'
import { INDEX, spoilIndex } from '../core/index/indexFile.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const [gone = ''] = shardsOf(referenceCache('healthy'))
const row = referenceRows('healthy').find(({ shard_path }) => shard_path !== gone)
if (row === undefined) throw new Error('the reference has no rows')
const KEY = keyOptions(row)

/** Dies during a change of the index, or with a write-ahead log. */
const WRITER = `
  import Database from 'better-sqlite3'
  const db = new Database(process.argv[1])
  if (process.argv[2] === 'wal') db.exec('PRAGMA journal_mode = WAL; UPDATE window_index SET created_at = created_at')
  else db.exec('PRAGMA cache_size = 1; BEGIN; UPDATE window_index SET row_offset = row_offset + 1')
  process.kill(process.pid, 'SIGKILL')`

/** A cache without one of its shards, whose index can only be read in a copy. */
function cacheWith(left: string): string {
  const root = referenceCache('healthy')
  rmSync(join(root, gone))
  if (left === 'wal without a log') spoilIndex(root, db => db.pragma('journal_mode = WAL'))
  else {
    const suffix = left === 'a hot journal' ? '-journal' : '-wal'
    spawnSync(process.execPath, ['--input-type=module', '-e', WRITER, join(root, INDEX), suffix.slice(1)], { cwd: import.meta.dirname })
    expect(existsSync(join(root, `${INDEX}${suffix}`))).toBe(true)
  }
  return root
}

const LEFT = ['wal without a log', 'a write-ahead log', 'a hot journal']
const MISSING = expect.objectContaining({ kind: 'missing_shard', shard_path: gone })
const UNREADABLE = expect.objectContaining({ kind: 'unreadable', shard_path: INDEX, message: expect.stringContaining('temporary folder') })

function runner(root: string, options: ProcessOptions) {
  return (...args: readonly string[]) => {
    const { code, json, stderr } = lewmCacheProcess([...args, '--cache', root, '--json', '--quiet'], options)
    return { code, document: json(), stderr }
  }
}

function unusable(name: string): string {
  const folder = temporaryFolder()
  if (name === 'a file') writeFileSync(join(folder, 'file'), '')
  return name === 'a file' ? join(folder, 'file') : name === 'missing' ? join(folder, 'missing') : '/proc/self'
}

describe.each(LEFT)('with %s', left => {
  test.each(['missing', 'a file', 'not writable'])('another folder is used if TMPDIR is %s', name => {
    const root = cacheWith(left)
    const run = runner(root, { env: { TMPDIR: unusable(name) } })
    const before = filesBelow(root)
    const verify = run('verify')
    expect(verify.code).toBe(3)
    expect(verify.document.findings).toContainEqual(MISSING)
    expect(verify.document.by_kind).toEqual({ entry_without_row: 1, missing_shard: 1, non_finite: 1 })
    expect(run('get', ...KEY)).toMatchObject({ code: 0, document: { found: true } })
    expect(run('lost').document.lost).toMatchObject([{ shard_path: gone }])
    expect(filesBelow(root)).toEqual(before)
  })

  describeWith('strace', 'without any folder', strace => {
    test('the report is complete except for the index', () => {
      const root = cacheWith(left)
      const [, damaged = ''] = shardsOf(root)
      truncateSync(join(root, damaged), 500)
      const home = temporaryFolder()
      mkdirSync(join(home, 'data'))
      const under = [strace, '-f', '-qq', '-o', '/dev/null', '-e', 'inject=mkdir,mkdirat:error=EACCES']
      const run = runner(root, { home, under })
      const verify = run('verify')
      expect(verify.code).toBe(4)
      expect(verify.document.findings).toEqual(expect.arrayContaining([UNREADABLE, expect.objectContaining({ kind: 'cut_off' })]))
      expect(verify.document.by_kind).not.toHaveProperty('index_missing')
      expect(run('get', ...KEY)).toMatchObject({ code: 6, stderr: expect.stringContaining('cannot create a temporary folder') })
    })
  })
})
