/**
 * Hashes of keys and loci: 64 bits in two words. Every bit of the window hash counts, so that a key and the same key with a flipped bit
 * never have the same hash.
 */
import { createHash } from 'node:crypto'
import { KEY_PARTS } from '../../../shared/model/keySpec.ts'
import { centerTokenFault } from '../layouts/centerToken.ts'
import { isDtype, isPoolType } from '../shards/rowValues.ts'
import type { EntryKey } from './entryKey.ts'
import { configurationText, type KeyConfiguration } from './keyConfiguration.ts'

export type Print = { low: number; high: number }

/** The initial value of a hash. */
export type Salt = readonly [low: number, high: number]

export const NO_SALT: Salt = [0, 0]

// Odd, so that multiplication is reversible.
const LOW = 0x9e3779b1
const HIGH = 0x85ebca6b

/** Writes the hash of eight words, those of one window hash, into `into`. */
export function printHash(words: Uint32Array, row: number, [low, high]: Salt, into: Print): void {
  let a = low
  let b = high
  for (let at = row * 8; at < row * 8 + 8; at++) {
    const word = words[at] ?? 0
    a = Math.imul(a ^ word, LOW)
    b = Math.imul(b ^ ((word << 16) | (word >>> 16)), HIGH)
  }
  into.low = (a ^ (a >>> 15)) >>> 0
  into.high = (b ^ (b >>> 15)) >>> 0
}

/** Writes the hash of a locus, its positions in two words each, into `into`. */
export function printLocus(startLow: number, startHigh: number, endLow: number, endHigh: number, [low, high]: Salt, into: Print): void {
  let a = low
  let b = high
  a = Math.imul(a ^ startLow, LOW)
  b = Math.imul(b ^ startLow, HIGH)
  a = Math.imul(a ^ (a >>> 15) ^ startHigh, LOW)
  b = Math.imul(b ^ (b >>> 13) ^ startHigh, HIGH)
  a = Math.imul(a ^ (a >>> 15) ^ endLow, LOW)
  b = Math.imul(b ^ (b >>> 13) ^ endLow, HIGH)
  a = Math.imul(a ^ (a >>> 15) ^ endHigh, LOW)
  b = Math.imul(b ^ (b >>> 13) ^ endHigh, HIGH)
  into.low = (a ^ (a >>> 16)) >>> 0
  into.high = (b ^ (b >>> 16)) >>> 0
}

const SALTS_KEPT = 10_000
const salts = new Map<string, Salt>()

/** A text as a salt: a configuration or a contig, which many shards share. */
export function saltOf(text: string): Salt {
  let salt = salts.get(text)
  if (salt === undefined) {
    const digest = createHash('sha256').update(text).digest()
    salt = [digest.readUInt32LE(0), digest.readUInt32LE(4)]
    // An index may name any number of configurations.
    if (salts.size >= SALTS_KEPT) salts.clear()
    salts.set(text, salt)
  }
  return salt
}

/** The initial value for hashes of keys with this configuration. */
export function configurationSalt(configuration: KeyConfiguration): Salt {
  return saltOf(configurationText(configuration))
}

/** Window hashes as words. */
export function wordsOf(windowHashes: Uint8Array): Uint32Array {
  return new Uint32Array(windowHashes.buffer, windowHashes.byteOffset, windowHashes.byteLength >> 2)
}

/** Hashes of index entries. */
export class KeyPrinter {
  private readonly words = new Uint32Array(8)
  private readonly bytes = Buffer.from(this.words.buffer)

  /** The hash of an entry's key. @returns false if no valid row has this key */
  printEntry(entry: EntryKey, into: Print): boolean {
    if (!isValidKey(entry)) return false
    this.bytes.write(entry.windowHash, 'hex')
    printHash(this.words, 0, configurationSalt(entry), into)
    return true
  }
}

const DIGEST = /^[0-9a-f]{64}$/

/** Whether a row can have the key of an index entry. SQLite keeps values of any type in any column. */
export function isValidKey({ windowHash, encoderHash, stateLayer, poolType, poolRadius, centerToken, dtype }: EntryKey): boolean {
  return (
    typeof windowHash === 'string' &&
    DIGEST.test(windowHash) &&
    typeof encoderHash === 'string' &&
    DIGEST.test(encoderHash) &&
    Number.isInteger(stateLayer) &&
    isPoolType(poolType) &&
    Number.isInteger(poolRadius) &&
    poolRadius >= 0 &&
    isDtype(dtype) &&
    isValidCentre(poolType, centerToken)
  )
}

function isValidCentre(poolType: string, centerToken: number | undefined): boolean {
  if (centerToken === undefined) return true
  const { none } = KEY_PARTS.centerToken
  return Number.isInteger(centerToken) && centerTokenFault(poolType, centerToken === none ? null : centerToken) === null
}
