/** Parses a query. Its meaning depends on its text alone. */
import { InputError } from '../../../shared/model/errors.ts'
import { otherName, withoutInvisible } from '../layouts/contigNames.ts'

/** A half-open range on a contig, 0-based as stored. */
export type Locus = { readonly contig: string; readonly startBp: bigint; readonly endBp: bigint }

export type ParsedQuery =
  | { readonly kind: 'hash'; readonly prefix: string }
  | { readonly kind: 'dna'; readonly dna: string }
  /**
   * More than one reading when a contig's own name ends like a locus (`HLA-A*01:01`).
   * `refusal` is set for a text that may be the bare name of a contig: it applies where the cache holds no such contig.
   */
  | { readonly kind: 'locus'; readonly loci: readonly Locus[]; readonly refusal: InputError | null }

const DNA = /^[ACGT]{16,}$/i
const HASH = /^(?:0x)?([0-9a-f]{4,64})$/i
/** The contig ends at the last colon of any script, or at blanks. */
const LOCUS = /^(.+)[:\ufe13\uff1a]\s*([^:\ufe13\uff1a]+)$/su
const SPACED_LOCUS = /^(\S+)\s+(\S.*)$/su
/** Hyphens, dashes and minus signs of any script, and the dots of GenBank. */
const RANGE = /^([^-.…]+?)\s*(?:(?:-|\.\.+)\s*([^-.…]+))?$/u
const DASHES = /\s*[\p{Pd}\u00ad\u02d7\u2043\u2212\u2796~]\s*/gu
const GROUPED = /(?<=\d)[,_'\u2019\s](?=\d)/gu
const LAST_POSITION = 2n ** 63n - 1n
/** Names of chromosomes that have no other meaning. */
const CHROMOSOME = /^(?:chr(?:\d{1,3}|[A-Z]{1,2})|[1-9]\d?|[MWXYZ]|MT)$/iu
const SEVERAL_LINES = /[\r\n]/
const LONGEST_NAME = 200

/**
 * Parses a query: a DNA sequence of at least 16 bases, a hash or its prefix, a locus as in genome browsers or BED files, or the name of a
 * contig.
 * @throws InputError with a sentence that describes the accepted forms
 */
export function parseQuery(query: string): ParsedQuery {
  const text = normalized(query)
  const plain = withoutInvisible(text)
  const dna = plain.replace(/\s+/g, '')
  if (DNA.test(dna)) return { kind: 'dna', dna: dna.toUpperCase() }
  const [, prefix] = HASH.exec(plain) ?? []
  if (prefix !== undefined) return { kind: 'hash', prefix: prefix.toLowerCase() }
  const refusal = new InputError(`${JSON.stringify(text.slice(0, 80))} is ${explain(text)}`, {
    field: 'query',
    value: text.slice(0, 200)
  })
  const loci = withLiteral(lociOf(text), query)
  if (loci.length > 0) return { kind: 'locus', loci, refusal: null }
  const contig = contigOf(query)
  if (contig === null || writtenAsLocus(text)) throw refusal
  return { kind: 'locus', loci: [contig], refusal: CHROMOSOME.test(plain) ? null : refusal }
}

/**
 * The whole contig with this name.
 * @returns null for a text that is too long for a name, or has several lines
 */
export function contigOf(query: string): Locus | null {
  const contig = normalized(query)
  if (contig === '' || contig.length > LONGEST_NAME || SEVERAL_LINES.test(contig)) return null
  return { contig, startBp: 0n, endBp: LAST_POSITION }
}

/** The same locus on a contig with two names; null for other contigs. */
export function underOtherName(locus: Locus): Locus | null {
  const contig = otherName(locus.contig)
  return contig === null ? null : { ...locus, contig }
}

/** Whether a locus is a whole contig. */
export function isWholeContig({ startBp, endBp }: Locus): boolean {
  return startBp === 0n && endBp === LAST_POSITION
}

/** A soft hyphen is kept, because between two positions it is shown as a hyphen. */
function normalized(query: string): string {
  return query
    .normalize('NFC')
    .replace(/(?!\u00ad)\p{Default_Ignorable_Code_Point}/gu, '')
    .trim()
}

function explain(text: string): string {
  if (text === '') return 'empty: give a hash prefix, a locus or DNA'
  if (/^[0-9a-f]{1,3}$/i.test(text)) return `not yet a query: ${text.length} digits are too few for a hash, which needs at least 4`
  if (/^[ACGT]+$/i.test(text)) return `not yet a query: ${text.length} bases are too few for a DNA search, which needs at least 16`
  if (/^[0-9a-f]{65,}$/i.test(text)) return `not a hash: SHA-256 has 64 digits, this has ${text.length}`
  if (SEVERAL_LINES.test(text)) return 'several lines. Search for one locus at a time'
  if (writtenAsLocus(text)) return 'not a locus: positions count from 1, and the end must not be before the start'
  return 'neither a hash prefix (hex digits), nor a locus (chr1:1,000-2,000), nor DNA (bases A, C, G, T)'
}

/** Each notation of a locus; the first one that matches counts. */
const NOTATIONS: readonly ((text: string) => readonly Locus[])[] = [parseBed, parseLocus, parseSpacedLocus]

function lociOf(text: string): readonly Locus[] {
  if (SEVERAL_LINES.test(text)) return []
  for (const parse of NOTATIONS) {
    const loci = parse(text)
    if (loci.length > 0) return loci
  }
  return []
}

const LITERAL_LOCUS = /^(\S.*):([\d,]+-[\d,]+)\s*$/su

/** A contig may have a name with characters that are removed from other queries: spaces at its end, or invisible characters. */
function withLiteral(loci: readonly Locus[], query: string): readonly Locus[] {
  const [, contig = '', tail = ''] = LITERAL_LOCUS.exec(query) ?? []
  if (contig === normalized(contig) || SEVERAL_LINES.test(contig)) return loci
  const range = rangeOf(tail)
  return range === null ? loci : [...loci, ...locusOf(contig, range).map(locus => ({ ...locus, contig }))]
}

function writtenAsLocus(text: string): boolean {
  const [, , tail] = LOCUS.exec(text) ?? []
  return tail !== undefined && rangeOf(tail) !== null
}

function parseLocus(text: string): readonly Locus[] {
  const [, contig, tail] = LOCUS.exec(text) ?? []
  const range = contig === undefined || tail === undefined ? null : rangeOf(tail)
  if (contig === undefined || range === null) return []
  const loci = locusOf(contig, range)
  return range.last === null && loci.length > 0 ? [...loci, { contig: text, startBp: 0n, endBp: LAST_POSITION }] : loci
}

/** `chr1 100-200`. A single number after a space is not a position. */
function parseSpacedLocus(text: string): readonly Locus[] {
  const [, contig, tail] = SPACED_LOCUS.exec(text) ?? []
  const range = contig === undefined || tail === undefined ? null : rangeOf(tail)
  return contig === undefined || range === null || range.last === null ? [] : locusOf(contig, range)
}

/** 1-based and inclusive on screen, 0-based and half-open as stored. */
function locusOf(contig: string, { first, last }: Range): readonly Locus[] {
  const end = last ?? first
  return first < 1n || end < first ? [] : [{ contig: contig.trim(), startBp: first - 1n, endBp: end }]
}

/** A BED line: three columns are enough, and further ones are ignored. It is 0-based and half-open as stored. */
function parseBed(text: string): readonly Locus[] {
  const [contig = '', from = '', to = ''] = text.includes('\t') ? text.split('\t') : text.split(/\s+/)
  const startBp = position(from)
  const endBp = position(to)
  return contig.trim() !== '' && startBp !== null && endBp !== null && startBp < endBp ? [{ contig: contig.trim(), startBp, endBp }] : []
}

type Range = { readonly first: bigint; readonly last: bigint | null }

/** Two positions, or one. */
function rangeOf(text: string): Range | null {
  const [, from = '', to] = RANGE.exec(text.replace(DASHES, '-').normalize('NFKC')) ?? []
  const first = position(from)
  const last = to === undefined ? null : position(to)
  return first === null || (to !== undefined && last === null) ? null : { first, last }
}

function position(text: string): bigint | null {
  const digits = withoutInvisible(text).normalize('NFKC').trim().replace(GROUPED, '')
  return /^\d{1,18}$/.test(digits) ? BigInt(digits) : null
}
