/**
 * Messages that the page would never send: broken frames, calls of unknown procedures, inputs of any form, and valid calls with unusual
 * inputs. None of them starts a job that may write, because such jobs only get inputs that cannot be executed.
 */
import type { random } from '../faults/extent.ts'

export type Chance = Pick<ReturnType<typeof random>, 'below' | 'of'>

/** Inputs for valid calls, so that some of them succeed. */
export type Known = { readonly cacheId: string; readonly shardPath: string; readonly root: string; readonly jobId: string }

/** Every procedure except the two that store something for the window in the program's folder. */
const PROCEDURES = [
  '/caches/open',
  '/caches/summary',
  '/caches/watch',
  '/caches/inspect',
  '/caches/recent',
  '/shards/tree',
  '/shards/page',
  '/shards/lane',
  '/shards/describe',
  '/shards/rows',
  '/shards/vector',
  '/shards/heatMap',
  '/lookup/understand',
  '/lookup/find',
  '/findings',
  '/lost',
  '/jobs/list',
  '/jobs/watch',
  '/jobs/attach',
  '/jobs/cancel',
  '/jobs/outcome',
  '/quarantine',
  '/program/info',
  '/program/log',
  '/program/settings'
]

/** Called with more inputs than their own. */
const WRITERS = ['/jobs/start', '/program/saveSettings', '/caches/pin', '/caches/forget', '/caches/close', '/caches/openSample']

const NOWHERE = ['/', '//', '/__proto__', '/constructor', '/caches', '/caches/open/', '/caches/__proto__', '/jobs/start/..', '/toString']
const TEXTS = [
  '',
  '\0',
  '../../etc/passwd',
  '__proto__',
  '\u202e\ud800',
  '<img src=x onerror=alert(1)>',
  '=cmd()',
  '\x1b[2J',
  '/dev/zero',
  '~'
]
const NUMBERS = [0, -1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 31, 500, 501, 4096]
const FIELDS = [
  'cacheId',
  'shardPath',
  'path',
  'scope',
  'text',
  'health',
  'sort',
  'offset',
  'limit',
  'rowOffset',
  'width',
  'height',
  'query'
]
const MORE_FIELDS = ['jobId', 'lines', 'request', '__proto__', 'constructor', 'toJSON', 'then', 'kind']
const NAMES = [...FIELDS, ...MORE_FIELDS]

/** Jobs that would write, with a missing input or one that cannot be executed. */
const UNFOLLOWABLE: readonly unknown[] = [
  null,
  'reindex',
  ['reindex'],
  { kind: 'Reindex' },
  { kind: ['reindex'] },
  { kind: 'reindex ' },
  { kind: '__proto__' },
  { kind: 'quarantine', shards: [], reason: 'x' },
  { kind: 'quarantine', shards: ['../../x.parquet'] },
  { kind: 'quarantine', shards: 'all', reason: 'x' },
  { kind: 'restore' },
  { kind: 'restore', which: [] },
  { kind: 'restore', which: 'everything' },
  { kind: 'apply', ticked: [] },
  { kind: 'apply', plan: { version: 2, moves: [] }, ticked: [] },
  { kind: 'apply', plan: { version: 1, cacheDir: '/', createdAt: 1, checkedShards: 0, moves: [{}], kept: [] }, ticked: ['x'] }
]

/** One message as it is sent. @param serial distinguishes the calls of one connection */
export function fuzzedMessage(chance: Chance, known: Known, serial: number): string | Uint8Array<ArrayBuffer> {
  const { below, of } = chance
  const id = of([String(serial), String(below(serial + 1)), '__proto__'])
  const sound = (): string => call(id, of(PROCEDURES), `{"json":${soundInput(chance, known)}}`)
  const odd = (): string => call(id, of([...PROCEDURES, ...WRITERS, ...NOWHERE]), oddBody(chance))
  switch (below(10)) {
    case 0:
      return of([odd, sound])().slice(0, below(60))
    case 1:
      return flipped(chance, odd())
    case 2:
      return Uint8Array.from({ length: below(300) }, () => below(256))
    case 3:
      return Uint8Array.from([...new TextEncoder().encode(odd()), 255, ...Array.from({ length: below(50) }, () => below(256))])
    case 4:
      return envelope(chance, id)
    case 5:
      return odd()
    case 6:
      return call(id, '/jobs/start', `{"json":${JSON.stringify({ cacheId: known.cacheId, request: of(UNFOLLOWABLE) })}}`)
    default:
      return sound()
  }
}

function call(id: string, path: string, body: string): string {
  return `{"i":${JSON.stringify(id)},"p":{"u":${JSON.stringify(path)},"b":${body}}}`
}

/** The envelope of a call, with one error. */
function envelope({ below, of }: Chance, id: string): string {
  const headers = [
    { 'content-type': 'text/event-stream' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-disposition': 'attachment; filename="../../x"' },
    { 'last-event-id': 'x'.repeat(1000) }
  ]
  return of([
    'null',
    '[]',
    '"text"',
    '1e999',
    '{}',
    `{"i":{"a":1},"p":{"u":"/program/info"}}`,
    `{"i":${JSON.stringify(id)}}`,
    `{"i":${JSON.stringify(id)},"t":${below(9)},"p":{"e":"message","d":1}}`,
    `{"i":${JSON.stringify(id)},"t":${below(9)}}`,
    `{"i":${JSON.stringify(id)},"p":{"u":${of(['1', 'null', '"file:///etc/passwd"', '"http://example.org/program/info"', '"x"'])}}}`,
    `{"i":${JSON.stringify(id)},"p":{"u":"/caches/open?data=%00","m":"GET","h":${JSON.stringify(of(headers))}}}`,
    `{"i":${JSON.stringify(id)},"p":{"u":"/caches/open","h":${JSON.stringify(of(headers))},"b":"x=1"}}`,
    `{"__proto__":{"i":"1"},"i":${JSON.stringify(id)},"p":{"u":"/program/info","__proto__":{"m":"GET"}}}`
  ])
}

/** The body of a call: the input, and the serializer's metadata for it. */
function oddBody(chance: Chance): string {
  const { of } = chance
  const meta = of(['', ',"meta":1', ',"meta":[[0,"a","b"]]', ',"meta":[[5,"__proto__"],[1]]', ',"maps":[["json"]]'])
  return of([
    `{"json":${anyValue(chance, 4)}${meta}}`,
    `{"json":${deep(of([50, 2000]), of(['[', '{"a":']))}}`,
    `{"json":${JSON.stringify({ path: 'x'.repeat(of([300, 5000, 100_000])) })}}`,
    anyValue(chance, 3)
  ])
}

function deep(levels: number, open: string): string {
  return `${open.repeat(levels)}1${(open === '[' ? ']' : '}').repeat(levels)}`
}

function anyValue(chance: Chance, depth: number): string {
  const { below, of } = chance
  const form = below(depth > 0 ? 6 : 4)
  if (form === 0) return JSON.stringify(of(TEXTS))
  if (form === 1) return String(of(NUMBERS))
  if (form === 2) return of(['null', 'true', 'false'])
  if (form === 3) return JSON.stringify('x'.repeat(below(3000)))
  const parts = Array.from({ length: below(4) }, () => anyValue(chance, depth - 1))
  return form === 4 ? `[${parts}]` : `{${parts.map(part => `${JSON.stringify(of(NAMES))}:${part}`)}}`
}

/** An input of the requested form, with any contents. */
function soundInput({ below, of }: Chance, { cacheId, shardPath, root, jobId }: Known): string {
  const input = {
    cacheId: of([cacheId, cacheId, cacheId, ...TEXTS]),
    shardPath: of([shardPath, shardPath, `../${shardPath}`, `/${shardPath}`, ...TEXTS]),
    path: of([root, `${root}/..`, ...TEXTS]),
    scope: of<object>([{}, { encoder: of(TEXTS) }, { stateLayer: of(NUMBERS) }, { contig: of(TEXTS), pool: of(TEXTS) }]),
    text: of(TEXTS),
    format: of(['ndjson', 'bed', 'csv']),
    health: of<string[]>([[], ['damaged'], ['verified', 'readable']]),
    sort: { by: of(['shardPath', 'rows', 'health']), descending: below(2) === 1 },
    offset: of([0, 1, below(2 ** 31)]),
    limit: of([1, 500, below(600)]),
    rowOffset: of([0, 1, below(2 ** 31), 2 ** 53]),
    width: of([1, below(64), 5000]),
    height: of([1, below(64), 5000]),
    query: of([...TEXTS, 'chr1:1-100', 'a'.repeat(64), 'ACGT'.repeat(16), 'chr1:9007199254740993']),
    jobId: of([jobId, ...TEXTS]),
    lines: of([1, 500, 501])
  }
  return JSON.stringify(input)
}

/** A text with one changed character. */
function flipped({ below }: Chance, text: string): string {
  const at = below(text.length)
  return text.slice(0, at) + String.fromCharCode(below(0x250)) + text.slice(at + 1)
}
