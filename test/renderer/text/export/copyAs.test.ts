/** A row as text for other programs: the copied text equals the stored row. */
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeShard } from '../../../../src/main/core/index.ts'
import { csvOf, exactNumber, fileNameOf, jsonOf, pythonOf, tsvOf } from '../../../../src/renderer/text/export/copyAs.ts'
import type { RowLine } from '../../../../src/shared/contract/index.ts'
import { describeWith } from '../../../support/capabilities.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const ROW: RowLine = {
  shardPath: 'embeddings/enc/-1/centered_mean_64/chr7_0.parquet',
  rowOffset: 1,
  chrom: '7',
  startBp: 8192n,
  endBp: 20_480n,
  windowHash: 'ab'.repeat(32),
  encoderHash: '01'.repeat(32),
  stateLayer: -1,
  poolType: 'centered_mean',
  poolRadius: 64,
  dtype: 'bf16',
  untargeted: true,
  createdAt: 1_780_000_000_000_000_001n,
  schemaVersion: '1.0.0'
}

describe('JSON', () => {
  test('has the names of GenoLeWM, and text for values that JSON cannot represent', () => {
    const values = Float64Array.of(0.5, Number.NaN, Infinity, -Infinity, -0)
    expect(JSON.parse(jsonOf(ROW, values))).toEqual({
      shard_path: ROW.shardPath,
      row_offset: 1,
      chrom: '7',
      start_bp: 8192,
      end_bp: 20_480,
      window_hash: ROW.windowHash,
      encoder_hash: ROW.encoderHash,
      state_layer: -1,
      pool_type: 'centered_mean',
      pool_radius: 64,
      dtype: 'bf16',
      untargeted: true,
      created_at: '1780000000000000001',
      schema_version: '1.0.0',
      embedding: [0.5, 'NaN', 'Infinity', '-Infinity', -0]
    })
  })

  test('a position above 2^53 keeps all its digits', () => {
    expect(jsonOf({ ...ROW, endBp: 2n ** 53n + 1n }, new Float64Array(0))).toContain('"end_bp": "9007199254740993"')
  })
})

test('every value is reproduced from its text, including its sign', () => {
  fc.assert(
    fc.property(fc.float64Array(), values => {
      const lines = csvOf(values).trimEnd().split('\n').slice(1)
      expect(lines.map(line => Number(line.split(',')[1]))).toEqual([...values])
      expect(lines.map(line => Number(line.split(',')[0]))).toEqual([...values.keys()])
    })
  )
  expect(exactNumber(-0)).toBe('-0.0')
})

test('TSV has one line of names and one per row, without formulas', () => {
  const [names, line, end] = tsvOf([{ ...ROW, chrom: '=1+1' }]).split('\n')
  expect(names?.split('\t')).toHaveLength(line?.split('\t').length ?? 0)
  expect(line?.split('\t').slice(0, 4)).toEqual(['1', "'=1+1", '8192', '20480'])
  expect(end).toBe('')
})

test('a file name never leaves its folder', () => {
  expect(fileNameOf(ROW, 'npy')).toBe('7_8192-20480_abababab.npy')
  expect(fileNameOf({ ...ROW, chrom: '../../etc' }, 'npy')).toBe('__.._etc_8192-20480_abababab.npy')
})

describeWith('python', 'GenoLeWM', python => {
  test('runs the copied call and gets the vector', async () => {
    const root = `${temporaryFolder()}/a "cache" \\ näme 🧬`
    const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
    const embedding = Float32Array.of(0.5, -0.25, 0, 1.5)
    const record = { ...ROW, windowHash: bytes(ROW.windowHash), encoderHash: bytes(ROW.encoderHash), embedding }
    await writeShard(root, { encoderId: 'enc', contig: '7', strideBlock: 0, records: [record] })
    const code = `${pythonOf(root, ROW)}\nprint(list(embedding))\n`
    const { stdout, stderr } = spawnSync(python, ['-X', 'utf8', '-c', code], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toBe('[0.5, -0.25, 0.0, 1.5]\n')
  })
})
