import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { LAMBDA_CONTIG, parseFasta, readLambdaGenome } from '../../src/main/sample/lambdaGenome.ts'
import { sampleRow, windowStarts } from '../../src/main/sample/sampleRows.ts'
import { InputError } from '../../src/shared/model/index.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('the genome is the complete NC_001416.1', async () => {
  const genome = await readLambdaGenome()
  expect(genome.length).toBe(48_502)
  expect(createHash('sha256').update(genome).digest('hex')).toBe('36432a40f602258d19ae7c8152ddbc30390b559f2859c01d7047c77b048c71b3')
})

test.each(['', 'ACGT', '>empty\n', '>two\nACGT\n>records\nACGT\n', '>other letters\nACGTN\n'])(
  '%j is not a FASTA text of one record of ACGT',
  text => {
    expect(() => parseFasta(text)).toThrow(InputError)
  }
)

test('FASTA lines are joined, in upper case, with any line endings', () => {
  expect(parseFasta('>x y\r\nacgt\r\nAC\r\n')).toBe('ACGTAC')
})

test('93 windows, each 512 bp after the previous one, none beyond the end', async () => {
  const starts = windowStarts(await readLambdaGenome())
  expect(starts.length).toBe(93)
  expect(starts.slice(0, 3)).toEqual([0, 512, 1024])
  expect(starts.at(-1)).toBe(47_104)
})

test('rows have the position and the hash of their sequence', async () => {
  const genome = await readLambdaGenome()
  const at = { layer: 3, poolType: 'global_mean', poolRadius: 0, contig: LAMBDA_CONTIG } as const
  const first = sampleRow(genome, { ...at, startBp: 0 })
  const last = sampleRow(genome, { ...at, startBp: 47_104 })
  // tail -n +2 lambda_phage.fa | tr -d '\n' | head -c 1024 | sha256sum
  expect(hex(first.windowHash)).toBe('4e60bc992f70ba4a112892949f6e4eefc19f45d1c58185c2cf312f4e5bfec689')
  expect(hex(last.windowHash)).toBe('acef5cbe409f852d6e48f448bbe22ddbc6eace5e9adeb0f183fbfc38ff1fccc4')
  expect([first.startBp, first.endBp, last.startBp, last.endBp]).toEqual([0n, 1024n, 47_104n, 48_128n])
  expect([first.chrom, first.stateLayer, first.dtype, first.untargeted]).toEqual(['NC_001416.1', 3, 'fp32', true])
  expect(sampleRow(genome, { ...at, poolType: 'centered_mean', poolRadius: 128, startBp: 0 }).untargeted).toBe(false)
  expect(() => sampleRow(genome, { ...at, startBp: 48_000 })).toThrow(InputError)
})
