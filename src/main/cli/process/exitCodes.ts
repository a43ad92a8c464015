/** Exit codes. Scripts rely on them. */
import type { CacheError, ErrorCode } from '../../../shared/model/errors.ts'
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'
import type { VerifyReport } from '../../../shared/model/report.ts'

export const EXIT = {
  ok: 0,
  notFound: 1,
  usage: 2,
  suspect: 3,
  corrupt: 4,
  refused: 5,
  system: 6,
  bug: 70,
  cancelled: 130
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  'INPUT.GENERIC': EXIT.usage,
  'RESOURCE.CACHE_CORRUPT': EXIT.corrupt,
  'RESOURCE.NOT_FOUND': EXIT.notFound,
  'RESOURCE.BUSY': EXIT.refused,
  'RESOURCE.STALE_PLAN': EXIT.refused,
  'RESOURCE.UNSUPPORTED': EXIT.refused,
  'RESOURCE.SYSTEM': EXIT.system,
  CANCELLED: EXIT.cancelled,
  INTERNAL: EXIT.bug
}

/** An index that cannot be used at all. A missing or differing index is only a mismatch. */
const UNUSABLE_INDEX: ReadonlySet<FindingKind> = new Set(['index_unreadable', 'index_schema'])

/** The exit code for an expected error. */
export function exitCodeOfError(error: CacheError): ExitCode {
  return OF_ERROR[error.code]
}

/** The exit code for findings: damage first, then failed reads, then the rest. */
export function exitCodeOfFindings(findings: Iterable<Finding>): ExitCode {
  let code: ExitCode = EXIT.ok
  for (const { kind, severity } of findings) {
    if (severity === 'corrupt' || UNUSABLE_INDEX.has(kind)) return EXIT.corrupt
    if (severity === 'unreadable') code = EXIT.system
    else if (code === EXIT.ok) code = EXIT.suspect
  }
  return code
}

/** The exit code of a verification. It is not 0 if the second reader was requested and could not compare a shard. */
export function exitCodeOfReport({ findings, secondReader }: VerifyReport): ExitCode {
  const code = exitCodeOfFindings(findings)
  return code === EXIT.ok && secondReader !== undefined && secondReader.notRead.length > 0 ? EXIT.suspect : code
}
