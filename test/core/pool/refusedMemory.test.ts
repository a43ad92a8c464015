/** Memory allocation that fails while a shard is read: the shard is temporarily unreadable, but neither damaged nor evidence of a bug. */
import { zstdDecompressSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { expectedError } from '../../../src/main/core/index.ts'
import { type Depth, inspectShard } from '../../../src/main/core/inspect/inspectShard.ts'
import { decompress } from '../../../src/main/core/parquet/codec/decompress.ts'
import { ownMemory, type PageMemory } from '../../../src/main/core/parquet/file/pageMemory.ts'
import { referenceCache } from '../../support/reference.ts'
import { shardsOf } from '../cacheFiles.ts'

vi.mock('node:zlib', async original => ({ ...(await original<object>()), zstdDecompressSync: vi.fn() }))
afterEach(() => vi.restoreAllMocks())

const refusal = (): RangeError => new RangeError('Array buffer allocation failed')

/** Refuses the n-th allocation and all later ones. */
function memoryUntil(n: number): { readonly memory: PageMemory; readonly asked: () => number } {
  let asked = 0
  const memory: PageMemory = (part, bytes) => {
    asked += 1
    if (asked > n) throw refusal()
    return ownMemory(part, bytes)
  }
  return { memory, asked: () => asked }
}

function verdictOf(root: string, shardPath: string, depth: Depth, memory: PageMemory) {
  const steps = inspectShard(root, shardPath, depth, memory)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

describe.each(['healthy', 'unusual'] as const)('in each shard of the %s cache', which => {
  const root = referenceCache(which)

  test('refused at any allocation, it is unreadable', () => {
    let refused = 0
    for (const shardPath of shardsOf(root)) {
      const { memory, asked } = memoryUntil(Number.POSITIVE_INFINITY)
      const whole = verdictOf(root, shardPath, 'full', memory)
      const moments = new Set([0, 1, 2, Math.floor(asked() / 2), asked() - 1].filter(n => n < asked()))
      for (const n of moments) {
        const { findings, keys } = verdictOf(root, shardPath, 'full', memoryUntil(n).memory)
        refused += 1
        expect(
          findings.filter(({ severity }) => severity === 'corrupt' && !whole.findings.some(found => found.severity === 'corrupt'))
        ).toEqual([])
        expect(findings).toContainEqual(expect.objectContaining({ kind: 'unreadable', details: { error: 'ENOMEM' } }))
        expect(keys).toBeNull()
      }
    }
    expect(refused).toBeGreaterThan(10)
  })
})

test.each([
  ['by V8', refusal()],
  ['by zstd', Object.assign(new Error('Allocation error'), { code: 'ZSTD_error_memory_allocation', errno: -64 })],
  ['by zlib', Object.assign(new Error('not enough memory'), { code: 'Z_MEM_ERROR', errno: -4 })],
  ['by brotli', Object.assign(new Error('Decompression failed'), { code: 'ERR__ERROR_ALLOC_RING_BUFFER_2', errno: -27 })]
])('memory refused to a decompressor %s is not damage of its page', (_by, error) => {
  vi.mocked(zstdDecompressSync).mockImplementation(() => {
    throw error
  })
  expect(() => decompress('ZSTD', new Uint8Array(40), 100, 'embedding')).toThrow(
    expect.objectContaining({ code: 'RESOURCE.SYSTEM', details: { error: 'ENOMEM' } })
  )
})

test('a decompressor that fails for another reason reports damage', () => {
  vi.mocked(zstdDecompressSync).mockImplementation(() => {
    throw Object.assign(new Error('Data corruption detected'), { code: 'ZSTD_error_corruption_detected', errno: -20 })
  })
  expect(() => decompress('ZSTD', new Uint8Array(40), 100, 'embedding')).toThrow(expect.objectContaining({ kind: 'bad_page' }))
})

test.each([
  ['WebAssembly', new RangeError('WebAssembly.Memory(): could not allocate memory')],
  ['a thread that does not start', Object.assign(new Error('Worker initialization failure: EMFILE'), { code: 'ERR_WORKER_INIT_FAILED' })],
  ['a thread that used up its memory', Object.assign(new Error('Worker terminated'), { code: 'ERR_WORKER_OUT_OF_MEMORY' })],
  ['a call', Object.assign(new Error('ENOMEM: not enough memory, read'), { code: 'ENOMEM', syscall: 'read' })]
])('is not a bug: %s', (_what, error) => {
  expect(expectedError(error)).toMatchObject({ code: 'RESOURCE.SYSTEM' })
})

test.each([new RangeError('Invalid array length'), new RangeError('Invalid string length'), new Error('Array buffer allocation failed')])(
  'a bug stays a bug: %s',
  error => {
    expect(expectedError(error)).toBeNull()
  }
)
