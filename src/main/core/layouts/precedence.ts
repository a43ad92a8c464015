/** Which of two shards with the same key is indexed: the one whose path GenoLeWM gives its rows, else the first in path order. */
import type { Finding } from '../../../shared/model/finding.ts'
import { addressOf } from './layoutOf.ts'
import { comparePaths } from './paths.ts'

/** Whether a finding says that rows of a shard are not at the path that GenoLeWM gives them. */
export function isMisplacement({ kind }: Finding): boolean {
  return kind === 'misplaced_file' || kind === 'path_mismatch'
}

/**
 * Orders shards by which of them is indexed where they hold the same key.
 * @param misplaced shards with rows that belong elsewhere
 */
export function byPrecedence(misplaced: ReadonlySet<string>): (a: string, b: string) => number {
  const rank = (path: string): number => (misplaced.has(path) || addressOf(path) === null ? 1 : 0)
  return (a, b) => rank(a) - rank(b) || comparePaths(a, b)
}
