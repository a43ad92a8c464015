/** Jobs in words: progress adds up, results are reported, moves can be undone, and saved reports are complete. */
import { describe, expect, test } from 'vitest'
import { movedBy, preparedRequest } from '../../../src/renderer/jobs/kinds/index.ts'
import { outcomeText, reportJson } from '../../../src/renderer/jobs/outcomeText.ts'
import { type FollowedJob, takeEvent } from '../../../src/renderer/jobs/useFollowedJob.ts'
import { readableLine } from '../../../src/renderer/panels/log/logLine.ts'
import { reasonsText } from '../../../src/renderer/views/quarantine/reasons.ts'
import type { JobEvent, JobReport } from '../../../src/shared/contract/index.ts'
import { finding } from '../../../src/shared/model/finding.ts'

const SAID = { said: 'm' }

const NEW: FollowedJob = { progress: null, bytesPerSecond: 0, secondsLeft: null, byKind: {}, end: null, lost: null }

const REINDEX = { indexedShards: 2, indexedRows: 1234, indexPath: 'embeddings/index.sqlite', findings: [] }

const APPLIED: JobReport = {
  kind: 'apply',
  report: {
    checkedShards: 3,
    quarantined: [{ shardPath: 'embeddings/a.parquet', movedTo: 'embeddings/.quarantine/a.parquet', reasons: ['cut_off: m'] }],
    notMoved: [],
    kept: [],
    reindex: REINDEX,
    missingShards: 1,
    missingRows: 64
  }
}

test('the events of a job add up', () => {
  const found = (kind: 'bad_page' | 'cut_off') => ({ ...finding(kind, 'a', SAID), details: {} })
  const progress = { phase: 'read', done: 1, total: 2, bytesDone: 10, bytesTotal: 20, shardPath: 'a', findings: 3 } as const
  const events: readonly JobEvent[] = [
    { type: 'findings', findings: [found('bad_page'), found('cut_off')] },
    { type: 'progress', progress, bytesPerSecond: 5, secondsLeft: 2 },
    { type: 'findings', findings: [found('bad_page')] },
    { type: 'end', end: { outcome: 'cancelled' } }
  ]
  expect(events.reduce(takeEvent, NEW)).toEqual({
    progress,
    bytesPerSecond: 5,
    secondsLeft: 2,
    byKind: { bad_page: 2, cut_off: 1 },
    end: { outcome: 'cancelled' },
    lost: null
  })
})

test('only a verification asks the second reader, and only if that is set', () => {
  const [verify, plan] = [{ kind: 'verify', shards: ['a'] } as const, { kind: 'plan' } as const]
  const copy = { ...verify, shards: [...verify.shards] }
  expect(preparedRequest(copy, { secondReader: true })).toEqual({ ...copy, secondReader: true })
  expect(preparedRequest(copy, { secondReader: false })).toEqual(copy)
  expect(preparedRequest(plan, { secondReader: true })).toEqual(plan)
})

describe('an end', () => {
  test('is one sentence', () => {
    expect(outcomeText({ outcome: 'done', report: APPLIED }, null)).toBe(
      '1 shard quarantined; the index was rebuilt with 1,234 rows of 2 shards. 64 windows missing (1 shard).'
    )
    expect(outcomeText({ outcome: 'done', report: { kind: 'reindex', report: REINDEX } }, null)).toBe(
      'The index was rebuilt with 1,234 rows of 2 shards.'
    )
    expect(outcomeText({ outcome: 'done', report: { kind: 'reindex', report: { ...REINDEX, indexKept: true } } }, null)).toBe(
      'No shard could be read, so the index was left as it was.'
    )
    expect(outcomeText({ outcome: 'failed', error: { code: 'RESOURCE.BUSY', message: 'another process writes', details: {} } }, null)).toBe(
      'another process writes'
    )
    expect(outcomeText({ outcome: 'cancelled' }, null)).toBe('Cancelled. Work that was finished is kept.')
    const progress = { phase: 'read', done: 1234, total: 5000, bytesDone: 0, bytesTotal: 0, shardPath: null, findings: 0 } as const
    expect(outcomeText({ outcome: 'cancelled' }, progress)).toBe('Cancelled after 1,234 of 5,000 shards. Work that was finished is kept.')
  })

  test('knows what an undo restores', () => {
    expect(movedBy(APPLIED)).toEqual(['embeddings/.quarantine/a.parquet'])
    expect(movedBy({ kind: 'reindex', report: REINDEX })).toEqual([])
  })

  test('is saved in the form of the command line: snake_case names, big integers as text', () => {
    const plan = {
      version: 1,
      cacheDir: '/c',
      createdAt: 2n ** 60n,
      checkedShards: 0,
      moves: [],
      sharedKeys: [],
      kept: [],
      reindex: false,
      indexFindings: [],
      missing: [],
      missingShards: 0,
      missingRows: 0
    } as const
    const copy = { ...plan, moves: [], sharedKeys: [], kept: [], indexFindings: [], missing: [] }
    expect(JSON.parse(reportJson({ kind: 'plan', plan: copy }))).toEqual({
      version: 1,
      cache_dir: '/c',
      created_at: '1152921504606846976',
      checked_shards: 0,
      moves: [],
      shared_keys: [],
      kept: [],
      reindex: false,
      index_findings: [],
      missing: [],
      missing_shards: 0,
      missing_rows: 0
    })
    expect(JSON.parse(reportJson(APPLIED))).toEqual({
      checked_shards: 3,
      quarantined: [{ shard_path: 'embeddings/a.parquet', moved_to: 'embeddings/.quarantine/a.parquet', reasons: ['cut_off: m'] }],
      kept: [],
      reindex: { indexed_shards: 2, indexed_rows: 1234, index_path: 'embeddings/index.sqlite', findings: [] },
      missing_shards: 1,
      missing_rows: 64
    })
  })
})

test('a line of the log is the time, the level, the sentence and its fields', () => {
  expect(readableLine('{"level":50,"time":0,"pid":7,"hostname":"h","msg":"no","path":"a b","n":3}')).toBe(
    '1970-01-01 00:00:00.000  ERROR  no path=a b n=3'
  )
  expect(readableLine('another form {')).toBe('another form {')
})

test("recorded findings are shown as words, and the user's reason as it was written", () => {
  const findings = [finding('bad_footer', 'a', { said: '8 bytes follow' }), finding('no_rows', 'a', {})]
  expect(reasonsText({ findings, reasons: ['bad_footer: 8 bytes follow', 'no_rows: …'] })).toBe(
    'Bad footer: 8 bytes follow; No rows: the shard is a valid file without rows, so nothing is lost'
  )
  expect(reasonsText({ findings: [], reasons: ['no_kind: unknown', 'looked odd'] })).toBe('no_kind: unknown; looked odd')
  expect(reasonsText({ findings: [], reasons: [] })).toBe('No reason recorded (moved by another program)')
})
