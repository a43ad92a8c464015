/**
 * The only accepted differences between a verdict and that of geno_lewm: damaged or unsupported, although geno_lewm reads the shard.
 * docs/trust.md lists each title with its reason, and `exceptions.test` compares the two.
 */
import type { OurVerdict } from './verdicts.ts'

type Found = OurVerdict['findings'][number]

export type AcceptedException = {
  readonly title: string
  readonly covers: (found: Found) => boolean
}

const unsupported =
  (message: RegExp) =>
  (found: Found): boolean =>
    found.kind === 'unsupported_encoding' && message.test(found.message)

export const EXCEPTIONS: Readonly<Record<'corrupt' | 'unsupported', readonly AcceptedException[]>> = {
  corrupt: [
    {
      title: 'A null `chrom` or `untargeted`',
      covers: ({ kind, column, message }) =>
        kind === 'invalid_row' && (column === 'chrom' || column === 'untargeted') && message.includes('(null)')
    },
    {
      title: 'A page checksum that does not match',
      covers: ({ kind }) => kind === 'page_checksum'
    },
    {
      title: 'First bytes that are not `PAR1`',
      covers: ({ kind, message }) => kind === 'not_parquet' && message.startsWith('the file does not begin with PAR1')
    }
  ],
  unsupported: [
    {
      title: 'A shard beyond a limit',
      covers: ({ kind }) => kind === 'over_limit'
    },
    {
      title: 'A number beyond signed 64-bit integers, or a `state_layer` or `pool_radius` beyond 2^53',
      covers: unsupported(/is out of range for signed 64-bit integers$|beyond the numbers that lewm-cache counts with/)
    },
    {
      title: 'A timestamp with a time zone in a column of texts, or a time zone unknown to the system',
      covers: unsupported(/a time with a time zone is read as text$|^.*the time zone .* is unknown on this system$/)
    },
    {
      title: 'Columns of tensors and of opaque Arrow types',
      covers: unsupported(/^a column has the extension type arrow\.(fixed_shape_tensor|variable_shape_tensor|opaque),/)
    }
  ]
}

/** The exception that covers every finding of a severity. Null if one is not covered. */
export function exceptionFor(severity: keyof typeof EXCEPTIONS, verdict: OurVerdict): AcceptedException | null {
  const ofSeverity = verdict.findings.filter(found => found.severity === severity)
  const covered = ofSeverity.map(found => EXCEPTIONS[severity].find(({ covers }) => covers(found)))
  return covered.every(each => each !== undefined) ? (covered[0] ?? null) : null
}
