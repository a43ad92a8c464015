/** Names of encoder folders: refused if GenoLeWM, this program or the file system would interpret the folder as something else. */
import { describe, expect, test } from 'vitest'
import { holdsCopies, isEncoderFolder, isNamePart } from '../../../src/main/core/layouts/folderNames.ts'

describe('the folder of an encoder', () => {
  test.each(['lab__encoder', '.hidden', '...', 'v3', 'x.parquet.d', 'parquet', 'quarantine', 'my index.sqlite', 'CONTIG', 'com10'])(
    'may have the name %j on any system',
    name => {
      expect(isEncoderFolder(name, 'linux')).toBe(true)
      if (!name.endsWith('.')) expect(isEncoderFolder(name, 'win32')).toBe(true)
    }
  )

  test.each(['.', '..', '.quarantine', '.QUARANTINE', 'index.sqlite', 'Index.SQLite-wal', 'a.parquet', '.parquet', 'A.Parquet'])(
    'never has the name %j',
    name => expect(isEncoderFolder(name, 'linux')).toBe(false)
  )

  test.each(['.lewm-cache.lock', '.lewm-tmp-0123456789ab', '.Trash-1000', '.Trashes', '#recycle', '.ipynb_checkpoints', '.rsync-partial'])(
    'never has the name %j either, because its shards would not be found',
    name => expect(isEncoderFolder(name, 'linux')).toBe(false)
  )

  test.each(['CON', 'nul', 'aux.v2', 'COM1', 'lpt9.txt', 'dot.', 'space '])('may have the name %j except on Windows', name => {
    expect(isEncoderFolder(name, 'linux')).toBe(true)
    expect(isEncoderFolder(name, 'win32')).toBe(false)
  })
})

test('a part of a name is text without NUL. On Windows, its special characters are excluded as well', () => {
  expect(['HLA-A*01:01', 'a?b', 'new\nline'].map(text => [isNamePart(text, 'linux'), isNamePart(text, 'win32')])).toEqual(
    Array.from({ length: 3 }, () => [true, false])
  )
  expect([isNamePart('a\0b'), isNamePart('\ud800'), isNamePart('染色体', 'win32')]).toEqual([false, false, true])
})

test('folders that hold copies of files', () => {
  expect(['.Trash-0', '.stversions', '#recycle', '.zfs'].map(holdsCopies)).toEqual([true, true, true, true])
  expect(['Trash', '.Trash-x', 'stversions', 'recycle'].map(holdsCopies)).toEqual([false, false, false, false])
})
