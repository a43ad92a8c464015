/** Numbers in the sentences of findings: counts and places are grouped, what is a name, a digest or a setting stays. */
import { expect, test } from 'vitest'
import { findingText } from '../../src/renderer/text/index.ts'

test.each([
  [
    'the footer claims 2147483647 bytes, more than the file of 11095 bytes can hold',
    'the footer claims 2,147,483,647 bytes, more than the file of 11,095 bytes can hold'
  ],
  [
    'row 14712 ends at 1 bp, not beyond its start at 14712 bp; GenoLeWM',
    'row 14,712 ends at 1 bp, not beyond its start at 14,712 bp; GenoLeWM'
  ],
  ['the file ended at byte 65536 while it was being read', 'the file ended at byte 65,536 while it was being read'],
  ['the embeddings have between 1024 and 2048 values; those', 'the embeddings have between 1,024 and 2,048 values; those'],
  ['a page of embedding holds 40960 bytes, its header says 8192', 'a page of embedding holds 40,960 bytes, its header says 8,192']
])('%s', (message, shown) => {
  expect(findingText(message)).toBe(shown)
})

test.each([
  'the page has the checksum 10203040, 50607080 was recorded',
  'the limit is rows=10000000; raise it with --read-limit rows=20000000',
  'holds a key that embeddings/a/3/global_mean_0/chr1234_5678.parquet holds too',
  'row 999 has schema_version "2026.1000", which we do not know',
  'the system refused: EIO 2026-11-24T10:00:00'
])('as it is: %s', message => {
  expect(findingText(message)).toBe(message)
})
