/** What a query means, decided by its text alone. */
import { InputError } from '../../shared/model/errors.ts'

/** A half-open range on a contig, 0-based as on disk. */
export type Locus = { readonly contig: string; readonly startBp: bigint; readonly endBp: bigint }

export type ParsedQuery =
  | { readonly kind: 'hash'; readonly prefix: string }
  | { readonly kind: 'dna'; readonly dna: string }
  /** More than one reading when a contig's own name ends like a locus (`HLA-A*01:01`). */
  | { readonly kind: 'locus'; readonly loci: readonly Locus[] }

const DNA = /^[ACGT]{16,}$/i
const HASH = /^(?:0x)?([0-9a-f]{4,64})$/i
/** With a hyphen, or the dash that the window itself writes. */
const LOCUS = /^(.+):([\d,]+)(?:[-–]([\d,]+))?$/
/** The first three columns of a line of BED. */
const BED = /^(\S+)\s+(\d+)\s+(\d+)$/

/**
 * Reads a query: DNA of 16 letters or more, a hash or its beginning, or a locus as genome browsers or BED files write it.
 * @throws InputError with a sentence that says what would be one
 */
export function parseQuery(query: string): ParsedQuery {
  const text = query.trim()
  const dna = text.replace(/\s+/g, '')
  if (DNA.test(dna)) return { kind: 'dna', dna: dna.toUpperCase() }
  const [, prefix] = HASH.exec(text) ?? []
  if (prefix !== undefined) return { kind: 'hash', prefix: prefix.toLowerCase() }
  const loci = [...parseBed(text), ...parseLocus(text)]
  if (loci.length > 0) return { kind: 'locus', loci }
  throw new InputError(`${JSON.stringify(text.slice(0, 80))} is ${explain(text)}`, { field: 'query', value: text.slice(0, 200) })
}

function explain(text: string): string {
  if (text === '') return 'empty: give a hash prefix, a locus or DNA'
  if (/^[0-9a-f]{1,3}$/i.test(text)) return `no query yet: ${text.length} digits are too few for a hash, 4 are the least`
  if (/^[ACGT]+$/i.test(text)) return `no query yet: ${text.length} letters are too few for DNA, 16 are the least`
  if (/^[0-9a-f]{65,}$/i.test(text)) return `no hash: SHA-256 has 64 digits, this has ${text.length}`
  if (LOCUS.test(text)) return 'no locus: positions count from 1, and the end is not before the start'
  return 'neither a hash prefix (hex digits), nor a locus (chr1:1,000-2,000), nor DNA (letters A, C, G, T)'
}

function parseLocus(text: string): Locus[] {
  const [, contig, from, to] = LOCUS.exec(text) ?? []
  if (contig === undefined || from === undefined) return []
  const first = position(from)
  const last = to === undefined ? first : position(to)
  if (first === null || last === null || first < 1n || last < first) return []
  // 1-based and inclusive on screens, 0-based and half-open on disk.
  const locus = { contig, startBp: first - 1n, endBp: last }
  const whole = to === undefined ? [{ contig: text, startBp: 0n, endBp: 2n ** 63n - 1n }] : []
  return [locus, ...whole]
}

/** 0-based and half-open already. */
function parseBed(text: string): Locus[] {
  const [, contig, from = '', to = ''] = BED.exec(text) ?? []
  const startBp = position(from)
  const endBp = position(to)
  return contig !== undefined && startBp !== null && endBp !== null && startBp < endBp ? [{ contig, startBp, endBp }] : []
}

function position(text: string): bigint | null {
  const digits = text.replaceAll(',', '')
  return /^\d{1,18}$/.test(digits) ? BigInt(digits) : null
}

/** Whether two names mean the same contig: `1`, `chr1` and `Chr1` do. */
export function sameContig(a: string, b: string): boolean {
  return bare(a) === bare(b)
}

function bare(contig: string): string {
  return contig.replace(/^chr(?=.)/i, '').toLowerCase()
}
