/** The rows of the sample cache: windows of the phage, each with the hash of its sequence, identical on every machine. */
import { InputError, type WindowRecord } from '../../shared/model/index.ts'
import { encodeWindow, type KmerLayer, kmerEncoderHash, type Pooling, windowHash } from './kmerEncoder.ts'

/** Length of a window, in bp. */
const WINDOW_BP = 1024

/** Distance between the starts of two windows, in bp: windows overlap by half. */
const STRIDE_BP = 512

/** 2026-01-01 UTC, in ns. The real time would make every build different. */
const CREATED_AT = 1_767_225_600_000_000_000n

/** Where to cut a window and how to embed it. */
export type SampleRowOptions = Pooling & {
  readonly layer: KmerLayer
  /** The contig's name in the row. */
  readonly contig: string
  /** 0-based start in the genome, in bp. */
  readonly startBp: number
}

/** Starts of all whole windows of a genome, in bp. */
export function windowStarts(genome: string): number[] {
  return Array.from({ length: Math.floor((genome.length - WINDOW_BP) / STRIDE_BP) + 1 }, (_, window) => window * STRIDE_BP)
}

/**
 * One row. A centred pool uses the middle of the window. A global pool has no position, and as in `geno_lewm.encoder.pooling` its row is
 * tagged `untargeted`.
 *
 * @throws InputError if the genome ends before the window does
 */
export function sampleRow(genome: string, { layer, poolType, poolRadius, contig, startBp }: SampleRowOptions): WindowRecord {
  const letters = genome.slice(startBp, startBp + WINDOW_BP)
  if (letters.length < WINDOW_BP) throw new InputError('the genome ends before the window does', { startBp, letters: genome.length })
  return {
    chrom: contig,
    startBp: BigInt(startBp),
    endBp: BigInt(startBp + WINDOW_BP),
    windowHash: windowHash(letters),
    encoderHash: kmerEncoderHash(),
    stateLayer: layer,
    poolType,
    poolRadius,
    dtype: 'fp32',
    embedding: encodeWindow(letters, layer, { poolType, poolRadius }),
    untargeted: poolType === 'global_mean',
    createdAt: CREATED_AT + BigInt(startBp)
  }
}
