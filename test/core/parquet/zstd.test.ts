/** The fast zstd decompression compared with the documented API: the same bytes, or none, regardless of earlier input. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decompressFrameInto, frameBytes } from '../../../src/main/core/parquet/codec/zstd.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 400_000 }))
    .map(([value, length]) => new Uint8Array(length).fill(value)),
  fc.integer({ min: 1, max: 2 ** 31 - 1 }).map(seed => Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, seed) >>> 13))
)
const params = fc.record({ level: fc.integer({ min: -3, max: 12 }), checksum: fc.constantFrom(0, 1) })

/** One frame. Node appends an empty second one if the first fills its last chunk exactly. */
function compress(raw: Uint8Array, { level, checksum }: { level: number; checksum: number }): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: checksum }
  return zstdCompressSync(raw, { chunkSize: raw.length + (raw.length >> 8) + 64, params })
}

test('whole frames round-trip, one after another', () => {
  fc.assert(
    fc.property(bytes, params, (raw, how) => {
      const frame = compress(raw, how)
      expect(frameBytes(frame)).toBe(frame.length)
      const output = new Uint8Array(raw.length + 1)
      // An empty one is left to the documented API.
      expect(decompressFrameInto(frame, output)).toBe(raw.length > 0 ? raw.length : null)
      expect(Buffer.compare(output.subarray(0, raw.length), raw)).toBe(0)
    }),
    { numRuns: 60 }
  )
})

test('a truncated, damaged or oversized frame gives nothing, and the next one is decoded correctly', () => {
  const good = compress(Buffer.from('the next page'), { level: 9, checksum: 1 })
  fc.assert(
    fc.property(bytes, params, fc.nat(), fc.integer({ min: 1, max: 255 }), (raw, how, place, flip) => {
      const frame = compress(raw, how)
      const cut = frame.subarray(0, place % frame.length)
      expect(frameBytes(cut)).toBe(-1)
      expect(decompressFrameInto(cut, new Uint8Array(raw.length + 1))).toBeNull()
      if (raw.length > 0) expect(decompressFrameInto(frame, new Uint8Array(raw.length))).toBeNull()
      const damaged = Uint8Array.from(frame)
      const at = place % frame.length
      damaged[at] = (damaged[at] ?? 0) ^ flip
      const output = new Uint8Array(raw.length + 1)
      const length = decompressFrameInto(damaged, output)
      if (length !== null) expect(Buffer.compare(zstdDecompressSync(damaged), output.subarray(0, length))).toBe(0)
      const next = new Uint8Array(64)
      expect(Buffer.from(next.subarray(0, decompressFrameInto(good, next) ?? 0)).toString()).toBe('the next page')
    }),
    { numRuns: 60 }
  )
})
