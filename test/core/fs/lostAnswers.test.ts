/** A network file system may perform an operation and lose the reply. The result of a failed operation is checked. */
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { moveFile, writeFileDurably, writeNewFileDurably } from '../../../src/main/core/fs/durableFile.ts'
import { quarantineShards, restoreShards, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'

const answers = vi.hoisted(() => ({ rename: 'given', link: 'given' }) as Record<'rename' | 'link', 'given' | 'lost' | 'refused'>)

vi.mock('node:fs', async original => {
  const fs: typeof import('node:fs') = await original()
  const through =
    (call: 'rename' | 'link', work: (from: string, to: string) => void, code: string) =>
    (from: string, to: string): void => {
      if (answers[call] !== 'refused') work(from, to)
      if (answers[call] !== 'given') throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call, path: from })
    }
  return { ...fs, renameSync: through('rename', fs.renameSync, 'EIO'), linkSync: through('link', fs.linkSync, 'EEXIST') }
})

let folder = ''
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => {
  answers.rename = 'given'
  answers.link = 'given'
})
const at = (name: string): string => join(folder, name)
const bytes = Buffer.from('what is written')

test('the injected faults take effect', () => {
  writeFileSync(at('a'), bytes)
  answers.rename = 'lost'
  expect(() => renameSync(at('a'), at('b'))).toThrow('EIO')
  answers.link = 'lost'
  expect(() => linkSync(at('b'), at('c'))).toThrow('EEXIST')
  expect(readdirSync(folder)).toEqual(['b', 'c'])
})

test('a rename with a lost reply has happened', () => {
  answers.rename = 'lost'
  writeFileDurably(at('a'), [bytes])
  moveFile(at('a'), at('b'))
  expect(readdirSync(folder)).toEqual(['b'])
  expect(readFileSync(at('b'))).toEqual(bytes)
})

test('a refused rename has not happened, and leaves the old file and no temporary file', () => {
  writeFileSync(at('a'), 'old')
  answers.rename = 'refused'
  expect(() => writeFileDurably(at('a'), [bytes])).toThrow(/cannot write/)
  expect(() => moveFile(at('a'), at('b'))).toThrow(/cannot move a to/)
  expect(readdirSync(folder)).toEqual(['a'])
  expect(readFileSync(at('a'), 'utf8')).toBe('old')
})

test('a link with a lost reply has created the name, but one that met another file has not', () => {
  answers.link = 'lost'
  expect(writeNewFileDurably(at('a'), [bytes])).toBe(true)
  rmSync(at('a'))
  writeFileSync(at('a'), 'of another process')
  answers.link = 'refused'
  expect(writeNewFileDurably(at('a'), [bytes])).toBe(false)
  expect(readdirSync(folder)).toEqual(['a'])
  expect(readFileSync(at('a'), 'utf8')).toBe('of another process')
})

test('a shard is written, quarantined and restored although no reply arrives', async () => {
  answers.rename = 'lost'
  answers.link = 'lost'
  const { shardPath } = await writeShard(folder, { ...BLOCK, strideBlock: 0, records: [recordOf(0), recordOf(1)] })
  const before = readFileSync(at(shardPath))
  await quarantineShards(folder, [shardPath], 'to see')
  expect((await restoreShards(folder, 'all')).restored.map(each => each.shardPath)).toEqual([shardPath])
  expect(readFileSync(at(shardPath))).toEqual(before)
  expect((await verifyCache(folder)).findings).toEqual([])
})
