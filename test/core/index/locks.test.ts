/** While one thread changes the index, another of the same process may read it without releasing the first one's locks. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { openIndex, readEmbedding, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'
import { INDEX } from './indexFile.ts'

/** The result for another process that tries to write to the index at once. */
function anotherWriter(root: string): string {
  const program = `
    import Database from 'better-sqlite3'
    try {
      new Database(process.argv[1], { timeout: 0 }).exec('BEGIN IMMEDIATE')
      console.log('got in')
    } catch (error) {
      console.log(error.code)
    }`
  const args = ['--input-type=module', '-e', program, join(root, INDEX)]
  return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname }).stdout.trim()
}

test('reading the index keeps the locks of the same process', async () => {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
  expect(anotherWriter(root)).toBe('got in')
  const looks = [async () => openIndex(root, 'read')?.close(), () => readEmbedding(root, recordOf(0)), () => verifyCache(root)]
  for (const look of looks) {
    const db = new Database(join(root, INDEX))
    db.exec('BEGIN IMMEDIATE')
    const before = anotherWriter(root)
    await look()
    const after = anotherWriter(root)
    db.close()
    expect([before, after]).toEqual(['SQLITE_BUSY', 'SQLITE_BUSY'])
  }
})
