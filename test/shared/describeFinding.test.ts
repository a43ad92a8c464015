/** The sentences of findings: made from facts, with one number format, and kept if the facts are of another version. */
import { describe, expect, test } from 'vitest'
import { type FindingKind, finding, isCompared, isFindingKind } from '../../src/shared/model/finding.ts'
import type { FindingFacts } from '../../src/shared/model/findingKinds.ts'
import { describeFinding, isDescribable, unreadReason } from '../../src/shared/text/describeFinding.ts'
import { counted, formatCounted, formatInteger, formatSize } from '../../src/shared/text/numbers.ts'
import { fromRecorded, isRecorded, toRecorded, withMessage } from '../../src/shared/text/recordedFinding.ts'

const SAID = { said: 'the footer cannot be parsed: no end' }
const ROWS = { row: 12_345, count: 1 }

/** Facts of each kind, with their sentence. */
const SENTENCES: { readonly [K in FindingKind]: readonly [FindingFacts[K], string] } = {
  not_parquet: [SAID, SAID.said],
  cut_off: [SAID, SAID.said],
  bad_footer: [SAID, SAID.said],
  bad_page: [SAID, SAID.said],
  page_checksum: [SAID, SAID.said],
  missing_column: [SAID, SAID.said],
  wrong_type: [SAID, SAID.said],
  invalid_row: [
    { flaw: 'empty_span', start: 14_712, end: 1, row: 3, count: 1201 },
    'row 3 ends at 1 bp, not after its start at 14,712 bp. The same is true of 1,200 more rows. GenoLeWM refuses the whole shard because of it, so all its rows are lost until they are encoded again.'
  ],
  missing_shard: [
    { what: 'shard', rows: 4096, locus: 'X:32769-69632', elsewhere: 1 },
    'the shard is missing, and no other shard holds 4,096 rows of it (X:32769-69632). 1 other row of it is in other shards.'
  ],
  placeholder: [{ is: 'pointer', tool: 'Git LFS' }, 'is a pointer of Git LFS in place of the shard. `git lfs pull` fetches the contents'],
  unreadable: [{ cause: 'shard', reason: 'read: EIO' }, 'I/O or permission error, so the contents are unknown: read: EIO'],
  unsupported_layout: [{ tree: 'layout 3' }, 'the shard is in the tree of layout 3, which lewm-cache does not read yet. It is left alone.'],
  unsupported_version: [
    { flaw: 'unknown_version', version: '2026.1000', ...ROWS },
    'row 12,345 has schema_version "2026.1000", which lewm-cache does not know. The shard is left alone.'
  ],
  unsupported_encoding: [
    { flaw: 'inexact_integer', column: 'state_layer', value: 2 ** 60, ...ROWS },
    'row 12,345 has state_layer 1152921504606847000, beyond the integers that lewm-cache represents exactly'
  ],
  over_limit: [{ claim: 'it has 20,000 columns', limit: 'columns=10000' }, 'it has 20,000 columns, the limit is columns=10000'],
  not_a_file: [{ is: 'folder' }, 'is a folder with the name of a shard. It was not read and is not indexed'],
  misplaced_file: [{}, 'GenoLeWM does not give a shard this path. The path alone does not keep its rows from being indexed.'],
  path_mismatch: [
    { flaw: 'other_contig', contig: '1', ofPath: '2', ...ROWS },
    'row 12,345 is on contig "1", but the file name says "2". The shard or its rows are in the wrong place.'
  ],
  duplicate_key: [
    { role: 'reindexed', count: 1000, other: null, isFirst: true },
    '1,000 rows have keys that an earlier row of this shard already holds; the first in path order is indexed. A reindex compares keys only. A verification compares values too.'
  ],
  conflicting_key: [
    { role: 'indexed', count: 1, sameValues: false, other: 'b.parquet', isFirst: false },
    'holds 1 key that b.parquet holds too, with other values, and it is unknown which are right; a reindex enters these rows, as they are at the path that GenoLeWM gives them'
  ],
  changed_bytes: [
    { recordedAt: '2026-11-24T10:00:00.000Z' },
    'the bytes differ from those recorded on 2026-11-24T10:00:00.000Z. Shards are never rewritten, so the file is corrupted or another one is in its place.'
  ],
  changed_since_indexed: [
    { count: 2, keysLost: 1, differences: [{ field: 'dtype', recorded: 'float16', found: 'float32' }] },
    'row 7 is not what the index recorded: dtype was float16, is float32. The shard has changed since then. The same is true of 1 more row. No shard holds the earlier key any more.'
  ],
  window_hash_disagrees: [
    { locus: '1:1-100', count: 1, agreeing: 2, otherShard: 'b.parquet', otherRow: 3, isMajority: true },
    'row 7 (1:1-100) has another window hash than 2 other configurations at the same locus (b.parquet, row 3). The majority is more likely to be right.'
  ],
  readers_disagree: [
    { own: '98305', second: '98304', rows: 3 },
    'start_bp of row 7 is 98305 for lewm-cache and 98304 for hyparquet, and 2 more rows differ. One of them has a fault, or the file breaks the format and each reads it differently.'
  ],
  bad_metadata: [
    { oddities: ['a', 'b', 'c'] },
    'the file contradicts itself: a. GenoLeWM reads every row all the same. The details list 2 more contradictions.'
  ],
  stray_file: [
    { is: 'in_transfer', tool: 'download' },
    'is a file that a download is still transferring, or has left behind. It was not read'
  ],
  no_rows: [{}, 'the shard is a valid file without rows, so nothing is lost'],
  ragged_dimensions: [
    { smallest: 1024, largest: 2048 },
    'the embeddings have between 1,024 and 2,048 dimensions. Those of one encoder layer should agree.'
  ],
  non_finite: [{ flaw: 'non_finite', ...ROWS }, 'row 12,345 holds NaN or infinite values'],
  constant_vector: [{ flaw: 'constant', row: 0, count: 2 }, 'row 0 holds the same value throughout. The same is true of 1 more row.'],
  index_missing: [{}, 'there is no index, so searches by key find nothing until a reindex. The shards are not affected.'],
  index_unreadable: [{ reason: 'it is damaged' }, 'it is damaged'],
  index_schema: [{ reason: 'it has no table' }, 'it has no table'],
  index_unsupported: [{ reason: 'of a newer GenoLeWM' }, 'of a newer GenoLeWM'],
  index_busy: [{ reason: 'it is locked' }, 'the index was not compared with the shards: it is locked'],
  index_other_layout: [
    { index: 1, layout: 2, shards: 2, rows: 4096, hasIndex: true },
    'the index is of layout 1 and cannot hold the 4,096 rows of 2 shards of layout 2. Searches for their keys find nothing. Only an index of that layout can hold them.'
  ],
  entry_without_row: [{ entries: 1, rows: 4096 }, '1 index entry points beyond the 4,096 rows of the shard, so searches for its key fail'],
  row_without_entry: [{ rows: 2, isRebuilt: true }, '2 rows are not in the index, so searches for their keys find nothing until a reindex'],
  entry_elsewhere: [{ entries: 2, isCopy: false }, '2 index entries point to rows with another key, so searches for their keys fail'],
  entry_outside: [{ entries: 1 }, '1 index entry points out of the folder of shards. It is never followed.']
}

const KINDS = Object.keys(SENTENCES).filter(isFindingKind)
const PLACE = { row: 7, column: 'start_bp' }

describe('a sentence', () => {
  test.each(KINDS)('%s', kind => {
    const [facts, sentence] = SENTENCES[kind]
    expect(describeFinding({ kind, facts, ...PLACE })).toBe(sentence)
  })

  test('that was made elsewhere is not changed', () => {
    expect(describeFinding(finding('invalid_row', 'a', { said: 'row 1000 is odd' }))).toBe('row 1000 is odd')
  })

  test('about something that could not be read has only its reason', () => {
    expect(unreadReason(finding('index_busy', 'a', { reason: 'it is locked' }))).toBe('it is locked')
    expect(unreadReason(finding('index_busy', 'a', { said: 'it is locked' }))).toBe('it is locked')
  })
})

describe('a recorded finding', () => {
  const found = finding('row_without_entry', 'a', { rows: 1000, isRebuilt: true }, { row: 3, details: { count: 1000 } })

  test('is the same after a round trip through JSON, for every kind', () => {
    for (const kind of KINDS) {
      const each = { ...finding(kind, 'a', { said: '' }, PLACE), facts: SENTENCES[kind][0] }
      const recorded: unknown = JSON.parse(JSON.stringify(toRecorded(each)))
      expect(isRecorded(recorded) && fromRecorded(recorded)).toEqual(each)
    }
  })

  test('of an earlier version, without facts, has the recorded sentence', () => {
    const { facts: _, ...old } = { ...toRecorded(found), message: '1000 rows are not in the index' }
    expect(fromRecorded(old)).toEqual({ ...found, facts: { said: '1000 rows are not in the index' } })
  })

  test('with invalid facts has the recorded sentence', () => {
    const other = { ...toRecorded(finding('bad_metadata', 'a', { reason: 'r' })), facts: { rows: 1 } }
    expect(isDescribable({ ...other, facts: { rows: 1 } })).toBe(false)
    expect(describeFinding(fromRecorded(other))).toBe('r')
  })

  test('is distinguished from other values', () => {
    for (const value of [null, 1, {}, { ...toRecorded(found), kind: 'none' }, { ...found, message: 3 }])
      expect(isRecorded(value)).toBe(false)
  })

  test('is shown in JSON with its sentence in place of its facts', () => {
    const { facts: _, ...rest } = found
    const shown = withMessage(found)
    expect(shown).toEqual({ ...rest, message: describeFinding(found) })
    expect(Object.keys(shown)).toEqual(['kind', 'severity', 'shardPath', 'row', 'column', 'message', 'details'])
    expect(withMessage(rest)).toBe(rest)
  })
})

test('findings of comparisons are known by their kind', () => {
  expect(KINDS.filter(kind => isCompared({ kind }))).toEqual([
    'missing_shard',
    'duplicate_key',
    'conflicting_key',
    'changed_since_indexed',
    'window_hash_disagrees',
    ...KINDS.filter(kind => /^(index|entry)_|^row_without/.test(kind))
  ])
})

describe('numbers', () => {
  test('have thousands separators', () => {
    expect([0, 999, 1000, -1_234_567].map(formatInteger)).toEqual(['0', '999', '1,000', '-1,234,567'])
    expect(formatInteger(2n ** 64n)).toBe('18,446,744,073,709,551,616')
    expect([formatCounted(1, 'entry', 'entries'), formatCounted(1000n, 'row')]).toEqual(['1 entry', '1,000 rows'])
  })

  test('in a template are grouped, but not those in its texts', () => {
    expect(counted`${'1234'} claims ${2147483647} bytes of ${11095n}, ${0.5} of ${Number.NaN}`).toBe(
      '1234 claims 2,147,483,647 bytes of 11,095, 0.5 of NaN'
    )
  })

  test('of bytes have binary units, never 1,024.0 of one', () => {
    const bytes = [0, 1023, 1024, 1536, 2 ** 20 - 1, 2 ** 20, 2 ** 60]
    expect(bytes.map(formatSize)).toEqual(['0 B', '1,023 B', '1.0 KiB', '1.5 KiB', '1.0 MiB', '1.0 MiB', '1.0 EiB'])
  })
})
