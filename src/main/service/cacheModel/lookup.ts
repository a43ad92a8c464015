/** The search box: the meaning of a query as a sentence while the user types, and its results. */

import { createHash } from 'node:crypto'
import { isAbsolute, relative } from 'node:path'
import type { RowLine } from '../../../shared/contract/index.ts'
import { formatCounted, formatInteger } from '../../../shared/text/numbers.ts'
import {
  InputError,
  isOfContig,
  isWholeContig,
  type Locus,
  type ParsedQuery,
  parseQuery,
  sameContig,
  underOtherName
} from '../../core/index.ts'
import type { CatalogEntry } from '../catalog/catalogEntry.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import type { OpenCache } from './openCache.ts'

export type Understood = { kind: 'hash' | 'locus' | 'dna' | 'path' | 'none'; sentence: string; rows: number | null }
export type FoundAnything = { kind: 'hash' | 'locus' | 'dna' | 'path'; rows: RowLine[]; shards: string[]; truncated: boolean }

const COUNT_LIMIT = 1000
/** Maximum number of shards to read while the user types. */
const SHARDS_AT_A_KEYSTROKE = 32
const ROWS_AT_A_KEYSTROKE = 500

/** @throws CancelledError */
export async function understand(cache: OpenCache, reader: QueryThread, query: string, signal?: AbortSignal): Promise<Understood> {
  const text = query.trim()
  if (text === '') return { kind: 'none', sentence: 'a hash or its prefix, a locus, a DNA sequence, or part of a path', rows: null }
  const parsed = meaningOf(cache, text)
  if (parsed instanceof InputError) {
    const paths = shardsNamed(cache, text)
    return paths.length > 0 ? pathSentence(text, paths.length) : { kind: 'none', sentence: parsed.message, rows: null }
  }
  if (parsed.kind === 'locus') return locusSentence(cache, reader, text, parsed, signal)
  const prefix = parsed.kind === 'hash' ? parsed.prefix : sha256(parsed.dna)
  let rows = await reader.ask('countPrefix', { root: cache.root, prefix, limit: COUNT_LIMIT + 1 }, signal)
  if (rows === 0 && parsed.kind === 'dna' && mayBeHash(parsed.dna)) {
    rows = await reader.ask('countPrefix', { root: cache.root, prefix: parsed.dna.toLowerCase(), limit: COUNT_LIMIT + 1 }, signal)
  }
  if (rows === 0 && parsed.kind === 'hash') {
    const paths = shardsNamed(cache, text)
    if (paths.length > 0) return pathSentence(text, paths.length)
  }
  const exact = rows !== null && rows <= COUNT_LIMIT ? rows : null
  const what =
    parsed.kind === 'hash' ? (prefix.length === 64 ? 'SHA-256' : 'SHA-256 prefix') : `DNA sequence, ${formatInteger(parsed.dna.length)} bp`
  return { kind: parsed.kind, sentence: `${what}${countText(rows, parsed.kind)}`, rows: exact }
}

function countText(rows: number | null, kind: 'hash' | 'dna'): string {
  if (rows === null) return kind === 'hash' ? '; without an index, every shard is read' : '; without an index, every shard is read for it'
  if (rows > COUNT_LIMIT) return `, more than ${formatInteger(COUNT_LIMIT)} rows`
  if (kind === 'dna') return rows === 0 ? ' → no window has this sequence' : ` → found, ${formatCounted(rows, 'row')}`
  return rows === 0 ? ', no row' : `, ${formatCounted(rows, 'row')}`
}

async function locusSentence(
  cache: OpenCache,
  reader: QueryThread,
  query: string,
  { loci, lines }: Place,
  signal: AbortSignal | undefined
): Promise<Understood> {
  const [locus] = loci
  const place = locus === undefined ? query : locusText(locus)
  const shards = lines.length
  if (shards === 0) return { kind: 'locus', sentence: `${place} → no shard of this contig`, rows: 0 }
  if (shards > SHARDS_AT_A_KEYSTROKE) {
    return { kind: 'locus', sentence: `${place}, press Enter to search ${formatCounted(shards, 'shard')}`, rows: null }
  }
  const { rows, truncated } = await reader.ask(
    'search',
    { root: cache.root, query, limit: ROWS_AT_A_KEYSTROKE, among: pathsOf(lines) },
    signal
  )
  if (truncated) return { kind: 'locus', sentence: `${place} → more than ${formatInteger(ROWS_AT_A_KEYSTROKE)} rows`, rows: null }
  if (rows.length === 0) return { kind: 'locus', sentence: `${place} → no window`, rows: 0 }
  const windows = new Set(rows.map(row => row.windowHash)).size
  const configurations = new Set(rows.map(row => [row.encoderHash, row.stateLayer, row.poolType, row.poolRadius, row.dtype].join(' '))).size
  const sentence = `${place} → ${formatCounted(windows, 'window')} of ${formatCounted(configurations, 'configuration')}`
  return { kind: 'locus', sentence, rows: rows.length }
}

type Place = { readonly kind: 'locus'; readonly loci: readonly Locus[]; readonly lines: readonly CatalogEntry[] }
type Meaning = Exclude<ParsedQuery, { readonly kind: 'locus' }> | Place

/** The meaning of a query in this cache. A word is a contig only if the cache has a contig of that name. */
function meaningOf(cache: OpenCache, text: string): Meaning | InputError {
  const parsed = parse(text)
  if (parsed instanceof InputError || parsed.kind !== 'locus') return parsed
  const { loci, refusal } = parsed
  const lines = cache.lines()
  const unknown = lines.filter(({ otherContigs }) => otherContigs === null)
  let known = lines.filter(line => holds(line, loci))
  if (known.length === 0) {
    const renamed = loci.flatMap(locus => underOtherName(locus) ?? [])
    known = lines.filter(line => holds(line, renamed))
  }
  if (known.length === 0 && refusal !== null) return refusal
  if (known.length === 0 && unknown.length === 0 && loci.every(isWholeContig) && shardsNamed(cache, text).length > 0) {
    return new InputError(`no shard has rows of contig ${text}`)
  }
  return { kind: 'locus', loci, lines: [...new Set([...known, ...unknown])] }
}

/** Whether a shard has rows of a contig, according to its path or its footer. */
function holds({ shardPath, group, otherContigs }: CatalogEntry, loci: readonly Locus[]): boolean {
  return loci.some(
    ({ contig }) => (group !== null && isOfContig(shardPath, contig)) || otherContigs?.some(other => sameContig(other, contig)) === true
  )
}

function pathsOf(lines: readonly CatalogEntry[]): string[] {
  return lines.map(({ shardPath }) => shardPath)
}

/** 1-based, as in genome browsers. */
function locusText(locus: Locus): string {
  const { contig, startBp, endBp } = locus
  if (isWholeContig(locus)) return contig
  const from = formatInteger(startBp + 1n)
  return startBp + 1n === endBp ? `${contig}:${from}` : `${contig}:${from}–${formatInteger(endBp)}`
}

/**
 * Finds rows, or shards by a part of their path.
 * @throws InputError for a query without a meaning, CancelledError
 */
export async function findAnything(
  cache: OpenCache,
  reader: QueryThread,
  { query, limit }: { query: string; limit: number },
  signal?: AbortSignal
): Promise<FoundAnything> {
  const text = query.trim()
  const parsed = meaningOf(cache, text)
  if (!(parsed instanceof InputError)) {
    const among = parsed.kind === 'locus' ? { among: pathsOf(parsed.lines) } : {}
    const { kind, rows, truncated } = await reader.ask('search', { root: cache.root, query: text, limit, ...among }, signal)
    if (kind !== 'hash' || rows.length > 0) return { kind, rows, shards: [], truncated }
  }
  const paths = text === '' ? [] : shardsNamed(cache, text)
  if (paths.length > 0) return { kind: 'path', rows: [], shards: paths.slice(0, limit), truncated: paths.length > limit }
  if (parsed instanceof InputError) throw parsed
  return { kind: 'hash', rows: [], shards: [], truncated: false }
}

function parse(text: string): ParsedQuery | InputError {
  try {
    return parseQuery(text)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

/** Part of a path in the cache, or the whole path as a shell or a file manager gives it. */
function shardsNamed(cache: OpenCache, text: string): string[] {
  const path = text.replace(/^(["'])(.*)\1$/, '$2')
  const below = relative(cache.root, path).replaceAll('\\', '/')
  const part = (isAbsolute(path) && !below.startsWith('../') ? below : path.replace(/^\.\//, '')).toLowerCase()
  return cache.lines().flatMap(({ shardPath }) => (shardPath.toLowerCase().includes(part) ? [shardPath] : []))
}

function pathSentence(text: string, shards: number): Understood {
  const whose = shards === 1 ? 'shard whose path holds' : 'shards whose paths hold'
  return { kind: 'path', sentence: `${formatInteger(shards)} ${whose} “${text}”`, rows: null }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The bases A and C are also hex digits. */
function mayBeHash(dna: string): boolean {
  return /^[AC]{16,64}$/.test(dna)
}
