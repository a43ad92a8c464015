/**
 * Where the program may say "damaged" of a shard that geno_lewm reads. Each row is explained in docs/trust.md under the same title;
 * `trust.test` in this folder holds the two against each other.
 */
import type { OurVerdict } from './verdicts.ts'

export type AcceptedException = {
  readonly title: string
  readonly reason: string
  /** Whether a finding of severity "corrupt" is covered. */
  readonly covers: (found: OurVerdict['findings'][number]) => boolean
}

const EXCEPTIONS: readonly AcceptedException[] = [
  {
    title: 'A null contig or a null `untargeted`',
    reason: 'geno_lewm reads them as the contig "None" and as false, which the file does not say',
    covers: ({ kind, column, message }) =>
      kind === 'invalid_row' && (column === 'chrom' || column === 'untargeted') && message.includes('(null)')
  },
  {
    title: 'A page checksum that does not match',
    reason: 'pyarrow does not check it by default; it proves that bytes changed after they were written',
    covers: ({ kind }) => kind === 'page_checksum'
  }
]

/** The exception that covers every corrupt finding of a verdict; null when one is not covered. */
export function exceptionFor(verdict: OurVerdict): AcceptedException | null {
  const corrupt = verdict.findings.filter(({ severity }) => severity === 'corrupt')
  const covered = corrupt.map(found => EXCEPTIONS.find(({ covers }) => covers(found)))
  return covered.every(each => each !== undefined) ? (covered[0] ?? null) : null
}
