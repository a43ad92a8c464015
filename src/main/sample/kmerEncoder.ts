/** A real encoder that is small enough to include: the k-mer spectrum of a window. Pure; the same bases always give the same values. */
import { createHash } from 'node:crypto'
import { type Hash, InputError, type PoolType } from '../../shared/model/index.ts'

/** The encoder's "layers": layer k counts k-mers and gives 4^k values. */
export const KMER_LAYERS = [3, 4, 5] as const
export type KmerLayer = (typeof KMER_LAYERS)[number]

/** The positions that a vector is computed from: `poolRadius` in tokens; 0 for the mean over the whole window. */
export type Pooling = { readonly poolType: PoolType; readonly poolRadius: number }

export const KMER_POOLINGS = [
  { poolType: 'centered_mean', poolRadius: 128 },
  { poolType: 'centered_mean', poolRadius: 256 },
  { poolType: 'global_mean', poolRadius: 0 }
] as const satisfies readonly Pooling[]

export const KMER_ENCODER_ID = 'lambda/kmer-spectrum'

/** All parameters of the values. Flat, so that its sorted keys make its canonical JSON text. Another formula is another version. */
const DEFINITION = {
  alphabet: 'ACGT',
  centre: 'floor(letters/2)',
  encoder: KMER_ENCODER_ID,
  layers: KMER_LAYERS,
  order: 'lexicographic',
  pools: ['centered_mean', 'global_mean'],
  token: 'one k-mer position',
  value: 'log1p(4^k*count/tokens)-mean',
  version: 1
}

/** SHA-256 of the encoder's definition. This encoder has no weights file. */
export function kmerEncoderHash(): Hash {
  const canonical = JSON.stringify(DEFINITION, Object.keys(DEFINITION).sort())
  return Uint8Array.from(createHash('sha256').update(canonical).digest())
}

/** SHA-256 of a window's bases in upper case. */
export function windowHash(letters: string): Hash {
  return Uint8Array.from(createHash('sha256').update(letters.toUpperCase()).digest())
}

/**
 * Embeds one window.
 *
 * A token is one k-mer position. Its feature is 1 for the k-mer that starts there. Features are averaged over the pooled tokens and scaled
 * by 4^k, which gives for each k-mer the ratio of its frequency to that in a random sequence. The vector is log1p of that (0 for no
 * occurrence, ln 2 for the expected frequency), minus the mean over the vector. K-mers are in lexicographic order, AAA first.
 *
 * `centered_mean` uses the tokens `centre ± poolRadius`, both ends included and clipped to the window, where `centre` is the token that
 * starts at base floor(bases / 2). `global_mean` uses all of them. This is the rule of `geno_lewm.encoder.pooling`.
 *
 * @param letters bases ACGT in either case, at least `layer` of them
 * @param layer k
 * @returns 4^k finite values whose mean is 0
 * @throws InputError for other characters, too few bases, or a pool that this encoder does not have
 */
export function encodeWindow(letters: string, layer: KmerLayer, pooling: Pooling): Float64Array {
  const words = wordNumbers(letters, layer)
  const pooled = words.subarray(...pooledSpan(letters.length, words.length, pooling))
  const values = new Float64Array(4 ** layer)
  for (const word of pooled) values[word] = (values[word] ?? 0) + 1
  const scale = values.length / pooled.length
  const logged = values.map(count => Math.log1p(count * scale))
  const mean = logged.reduce((sum, value) => sum + value, 0) / logged.length
  return logged.map(value => value - mean)
}

/** The k-mer at each position, as its index in lexicographic order. */
function wordNumbers(letters: string, k: number): Uint16Array {
  if (letters.length < k) throw new InputError(`a window needs at least ${k} bases`, { letters: letters.length, layer: k })
  const words = new Uint16Array(letters.length - k + 1)
  const upper = letters.toUpperCase()
  let word = 0
  for (let at = 0; at < upper.length; at++) {
    const letter = DEFINITION.alphabet.indexOf(upper.charAt(at))
    if (letter < 0) throw new InputError('a window may contain only the bases ACGT', { found: upper.charAt(at), at })
    word = (word * 4 + letter) % 4 ** k
    if (at >= k - 1) words[at - k + 1] = word
  }
  return words
}

/** The pooled tokens: first, and one past the last. */
function pooledSpan(letters: number, tokens: number, { poolType, poolRadius }: Pooling): [number, number] {
  if (poolType === 'global_mean' && poolRadius === 0) return [0, tokens]
  if (poolType !== 'centered_mean' || !Number.isSafeInteger(poolRadius) || poolRadius < 0) {
    throw new InputError('the k-mer encoder supports centered_mean with a radius in tokens, and global_mean with radius 0', {
      poolType,
      poolRadius
    })
  }
  const centre = Math.min(Math.floor(letters / 2), tokens - 1)
  return [Math.max(0, centre - poolRadius), Math.min(tokens, centre + poolRadius + 1)]
}
