/**
 * The writer of a file, as far as Arrow reads its files differently. Two old writers omitted something. Source: Arrow C++,
 * parquet/metadata.cc, ApplicationVersion
 */

export type WriterVersion = {
  /** Bytes that Arrow reads after each chunk, because parquet-mr before 1.2.9 did not count the header of the dictionary. */
  readonly padding: number
  /** Whether pages of version 2 are compressed, regardless of their headers. parquet-cpp before 2.0 declares them uncompressed. */
  readonly isAlwaysCompressed: boolean
  /** Whether statistics of unsigned columns are ignored. */
  readonly hasOldStatistics: boolean
}

const VERSION = /^(\d+)(?:\.(\d+)(?:\.(\d+))?)?/
const PADDING = 100

/** @param createdBy one character per byte */
export function writerVersion(createdBy: string | null): WriterVersion {
  const [name = '', ...rest] = (createdBy ?? '').split(' version ')
  const [, major, minor, patch] = VERSION.exec(rest.join(' version ').replace(/^[ \t\v\r\n\f]+/, '')) ?? []
  const version = [major, minor, patch].map(part => Number(part ?? 0))
  const application = name.replace(/^[ \t\v\r\n\f]+|[ \t\v\r\n\f]+$/g, '')
  return {
    padding: application === 'parquet-mr' && isBefore(version, [1, 2, 9]) ? PADDING : 0,
    isAlwaysCompressed: application === 'parquet-cpp' && isBefore(version, [2, 0, 0]),
    hasOldStatistics:
      (application === 'parquet-mr' && isBefore(version, [1, 10, 0])) || (application === 'parquet-cpp' && isBefore(version, [1, 3, 0]))
  }
}

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  for (const [i, part] of other.entries()) {
    const own = version[i] ?? 0
    if (own !== part) return own < part
  }
  return false
}
