/** Compares a verdict of the program with the result of geno_lewm for the same file. */
import { exceptionFor } from './exceptions.ts'
import type { PeerReading } from './peer/reader.ts'
import { ROW_FIELDS } from './rowDigest.ts'
import type { OurVerdict } from './verdicts.ts'

/** The kinds of disagreement. */
export type Rule =
  | 'healthy, but geno_lewm refuses it'
  | 'suspect, but geno_lewm refuses it'
  | 'damaged, but geno_lewm reads it'
  | 'missing, but geno_lewm reads it'
  | 'unsupported, but geno_lewm reads it'
  | 'other rows than geno_lewm reads'
  | 'readable, but its rows cannot be read'
  | 'suspect without a reason'
  | 'the program failed'

export type Comparison =
  | {
      readonly agree: true
      readonly as: 'read' | 'refused' | 'unsupported, refused' | 'exception'
      readonly why: string
    }
  | { readonly agree: false; readonly rule: Rule; readonly detail: string }

/** Findings that follow from the contents of rows, not from their storage. */
const OF_ROWS = new Set([
  'non_finite',
  'constant_vector',
  'ragged_dimensions',
  'no_rows',
  'path_mismatch',
  'misplaced_file',
  'duplicate_key'
])

/**
 * The rule: healthy or suspect exactly if geno_lewm reads the file, with the same rows and values, and damaged or unsupported if it refuses
 * it. `exceptions.ts` lists the accepted differences.
 * @param sound only findings about rows are expected
 */
export function compare(written: OurVerdict, peer: PeerReading, sound: boolean): Comparison {
  if (written.kind === 'bug') return disagree('the program failed', String(written.rows))
  const [first] = written.findings
  const kinds = `${first?.kind ?? 'nothing'}: ${first?.message ?? ''}`.slice(0, 200)
  if (written.kind === 'unreadable') return disagree('the program failed', kinds)
  if (peer.kind !== 'read') {
    // A placeholder is missing, because its bytes are elsewhere.
    if (written.kind === 'corrupt' || written.kind === 'missing') return { agree: true, as: 'refused', why: kinds }
    if (written.kind === 'unsupported') return { agree: true, as: 'unsupported, refused', why: kinds }
    const rule = written.kind === 'healthy' ? 'healthy, but geno_lewm refuses it' : 'suspect, but geno_lewm refuses it'
    return disagree(rule, `${peer.type}: ${peer.message}`)
  }
  if (written.kind === 'missing') return disagree('missing, but geno_lewm reads it', kinds)
  if (written.kind === 'corrupt' || written.kind === 'unsupported') {
    const exception = exceptionFor(written.kind, written)
    if (exception !== null) return { agree: true, as: 'exception', why: exception.title }
    return disagree(written.kind === 'corrupt' ? 'damaged, but geno_lewm reads it' : 'unsupported, but geno_lewm reads it', kinds)
  }
  if (written.rows === null || typeof written.rows === 'string')
    return disagree('readable, but its rows cannot be read', String(written.rows))
  if (written.rows.digest !== peer.digest) return disagree('other rows than geno_lewm reads', difference(written, peer))
  const odd = written.findings.filter(({ kind }) => !OF_ROWS.has(kind))
  if (sound && odd.length > 0) return disagree('suspect without a reason', `${odd[0]?.kind}: ${odd[0]?.message}`)
  return { agree: true, as: 'read', why: '' }
}

function disagree(rule: Rule, detail: string): Comparison {
  return { agree: false, rule, detail }
}

/** The first row and field that differ, as far as the peer reported them. */
function difference(written: OurVerdict, peer: PeerReading): string {
  if (written.rows === null || typeof written.rows === 'string' || peer.kind !== 'read') return 'unknown'
  const { fields, each } = written.rows
  if (each.length !== peer.rows) return `${each.length} rows, geno_lewm reads ${peer.rows}`
  const row = peer.each.findIndex((digest, i) => !each[i]?.startsWith(digest))
  const [own, theirs] = [fields[row], peer.detail?.[row]]
  if (own === undefined || theirs === undefined) return `row ${row}`
  for (const [i, name] of ROW_FIELDS.entries()) {
    const [a, b] = [Buffer.from(own[i] ?? []).toString('latin1'), theirs[i] ?? '']
    if (a === b) continue
    const readable = (text: string): string => {
      if (name === 'embedding') return valuesText(Buffer.from(text, 'latin1'))
      return name.endsWith('_hash') ? Buffer.from(text, 'latin1').toString('hex') : text
    }
    return `row ${row}, ${name}: ${readable(a).slice(0, 80)}; geno_lewm reads ${readable(b).slice(0, 80)}`
  }
  return `row ${row}`
}

function valuesText(bytes: Buffer): string {
  const count = Math.floor(bytes.length / 8)
  return `${count} values ${Array.from({ length: Math.min(6, count) }, (_, i) => bytes.readDoubleLE(i * 8)).join(', ')}`
}
