/** The missing rows of a cache as a file: keys as NDJSON, or windows as BED. Unknown rows are counted. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { LostFormat, LostListReport, Scope } from '../../../shared/contract/index.ts'
import { toJson } from '../../../shared/json.ts'
import { CacheBusyError, SystemError } from '../../../shared/model/errors.ts'
import {
  asSystemError,
  CancelledError,
  EMBEDDINGS_DIR,
  findLost,
  isReportedMissing,
  type LostDetail,
  type LostWindow,
  lostKeyFields
} from '../../core/index.ts'
import { type MissingQuestion, usableLedger } from './missing.ts'
import { pathInScope } from './placeInScope.ts'

export type LostList = LostListReport & { readonly bytes: Uint8Array<ArrayBuffer> }

/**
 * @throws SystemError also if there is no folder of shards, because then nothing is known; CacheBusyError and SystemError if the index
 * cannot be read now; CancelledError
 */
export async function listLost(
  { root, ledgerFile, states, scope, format }: MissingQuestion & { scope: Scope; format: LostFormat },
  signal: AbortSignal
): Promise<LostList> {
  await checkFolder(root)
  const ledger = usableLedger(ledgerFile)
  try {
    const all = Number.POSITIVE_INFINITY
    const { lost: found, indexFailure } = await findLost(root, {
      ledger,
      signal,
      workers: 1,
      states: new Map(states),
      shardsNamed: all,
      keysNamed: all
    })
    // The next attempt may read it. If the index is unusable for good, the rest is still useful.
    if (indexFailure instanceof CacheBusyError || indexFailure instanceof SystemError) throw indexFailure
    const wanted = found.map(each => each.lost).filter(each => isReportedMissing(each) && pathInScope(each.shardPath, scope))
    const list = await (format === 'ndjson' ? keyList : windowList)(wanted, signal)
    return indexFailure === null ? list : { ...list, indexFailure: indexFailure.message }
  } finally {
    ledger?.close()
  }
}

async function checkFolder(root: string): Promise<void> {
  const folder = join(root, EMBEDDINGS_DIR)
  try {
    await access(folder)
  } catch (error) {
    throw asSystemError(error, 'read', folder)
  }
}

async function keyList(lost: readonly LostDetail[], signal: AbortSignal): Promise<LostList> {
  const parts: string[] = []
  for (const { shardPath, reason, keys } of lost) {
    parts.push(keys.map(key => `${toJson({ shardPath, ...lostKeyFields(key), reason })}\n`).join(''))
    await pause(signal)
  }
  return listOf(lost, ({ keys }) => keys.length, parts)
}

type NamedWindow = LostWindow & { readonly name: string }

/** Sorted by contig and position, as tools for BED files expect. */
async function windowList(lost: readonly LostDetail[], signal: AbortSignal): Promise<LostList> {
  const windows = lost.flatMap(windowsOf).sort(byPlace)
  await pause(signal)
  const lines = windows.map(({ chrom, startBp, endBp, name }) => `${columnText(chrom)}\t${startBp}\t${endBp}\t${name}\n`)
  return listOf(lost, each => windowsOf(each).length, lines)
}

/** Windows with their hashes. If no key is known, BED has `.` for a name. */
function windowsOf({ keys, windows }: LostDetail): readonly NamedWindow[] {
  if (keys.length === 0) return windows.map(window => ({ ...window, name: '.' }))
  return keys.flatMap(({ window, windowHash }) => (window === null ? [] : [{ ...window, name: windowHash }]))
}

function byPlace(a: NamedWindow, b: NamedWindow): number {
  if (a.chrom !== b.chrom) return a.chrom < b.chrom ? -1 : 1
  if (a.startBp !== b.startBp) return a.startBp < b.startBp ? -1 : 1
  return a.endBp < b.endBp ? -1 : a.endBp > b.endBp ? 1 : 0
}

/** A name from a cache must not end its column or its line. */
function columnText(chrom: string): string {
  return chrom.replace(/[\s\p{Cc}]/gu, '_')
}

function listOf(lost: readonly LostDetail[], countOf: (lost: LostDetail) => number, parts: readonly string[]): LostList {
  let [listed, unlisted, unlistedShards, uncountedShards] = [0, 0, 0, 0]
  for (const each of lost) {
    const known = countOf(each)
    listed += known
    if (each.rows === null) uncountedShards += 1
    else if (each.rows > known) {
      unlisted += each.rows - known
      unlistedShards += 1
    }
  }
  return { bytes: new TextEncoder().encode(parts.join('')), shards: lost.length, listed, unlisted, unlistedShards, uncountedShards }
}

/** Lets other requests run. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new CancelledError()
}
