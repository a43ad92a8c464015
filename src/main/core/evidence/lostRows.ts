/** Lost rows by name: their keys from the evidence, their loci from shards of other configurations and from the ledger. */
import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../../shared/model/errors.ts'
import { entriesIfUsable } from '../index/usableIndex.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import { verifyShard } from '../inspect/inspectShard.ts'
import type { EntryKey } from '../keys/entryKey.ts'
import { KeyPrinter, type Print } from '../keys/keyPrint.ts'
import type { LocusRun } from '../keys/locusBuilder.ts'
import { PrintTable } from '../keys/printTable.ts'
import { indexRow } from '../keys/shardKeys.ts'
import type { Loss } from './judgeClaims.ts'
import { readArchive } from './kept/entryArchive.ts'
import type { LocusFinder, LostWindow } from './locusFinder.ts'
import type { Place } from './places.ts'

export type LostKey = EntryKey & {
  /** Null if only the window is known, but not its row. */
  readonly rowOffset: number | null
  readonly window: LostWindow | null
}

export type LostRows = {
  readonly keys: readonly LostKey[]
  /** For all rows with a known locus, even if the key is unknown. */
  readonly windows: readonly LostWindow[]
}

type Named = Map<Loss, { readonly prints: PrintTable; readonly keys: Map<number, EntryKey & { readonly rowOffset: number }> }>

/**
 * Names the lost rows of some places, as far as the hashes of their keys were kept.
 * @param shardWith a shard that holds the same windows, by their sum
 * @throws CancelledError
 */
export async function nameLostRows(
  root: string,
  losses: readonly Loss[],
  index: WindowIndex | null,
  finder: LocusFinder,
  shardWith: (windows: string) => string | undefined,
  signal?: AbortSignal
): Promise<Map<Loss, LostRows>> {
  const named: Named = new Map()
  for (const loss of losses) {
    const { prints } = loss.tally
    const table = new PrintTable(prints.length / 2)
    for (let i = 0; i < prints.length; i += 2) table.add(prints[i] ?? 0, prints[i + 1] ?? 0)
    named.set(loss, { prints: table, keys: new Map() })
  }
  const printer = new KeyPrinter()
  const print: Print = { low: 0, high: 0 }
  const take = (loss: Loss, key: EntryKey & { readonly rowOffset: number }): void => {
    const known = named.get(loss)
    if (known === undefined || !printer.printEntry(key, print)) return
    const id = known.prints.find(print.low, print.high)
    if (id >= 0 && !known.keys.has(id)) known.keys.set(id, key)
  }
  takeFromArchive(root, losses, take)
  for (const loss of losses) {
    const { place } = loss
    await pause(signal)
    if (place.sources.has('index')) for (const entry of entriesIfUsable(index, place.shardPath)) take(loss, entry)
    if (isComplete(named, loss)) continue
    for (const { path } of place.quarantined) {
      const { keys } = verifyShard(root, path, 'keys')
      for (let row = 0; row < (keys?.rows ?? 0); row++) if (keys !== null) take(loss, indexRow(keys, row, place.shardPath))
    }
  }
  const rows = new Map<Loss, LostRows>()
  for (const loss of losses) {
    await pause(signal)
    const keys = [...(named.get(loss)?.keys.values() ?? [])].sort((a, b) => a.rowOffset - b.rowOffset)
    rows.set(loss, locate(loss, keys, finder, shardWith))
  }
  return rows
}

/** Yields to other tasks between two shards. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) throw new CancelledError()
  await setImmediate()
}

function takeFromArchive(
  root: string,
  losses: readonly Loss[],
  take: (loss: Loss, key: EntryKey & { readonly rowOffset: number }) => void
): void {
  const kept = Map.groupBy(
    losses.filter(({ place }) => place.sources.has('kept')),
    ({ place }) => place.shardPath
  )
  if (kept.size === 0) return
  for (const entry of readArchive(root, () => undefined)) {
    if (entry.why === 'superseded' || entry.why === 'index_error') continue
    for (const loss of kept.get(entry.shardPath) ?? []) take(loss, entry)
  }
}

function isComplete(named: Named, loss: Loss): boolean {
  const known = named.get(loss)
  return known === undefined || known.keys.size === known.prints.size
}

function locate(
  { place, tally }: Loss,
  keys: readonly (EntryKey & { readonly rowOffset: number })[],
  finder: LocusFinder,
  shardWith: (windows: string) => string | undefined
): LostRows {
  const { holdings } = place.ledger ?? { holdings: null }
  if (place.state === 'read' && keys.length === 0) return { keys: [], windows: goneWindows(place, finder) }
  if (keys.length === 0 && tally.claimed + tally.repeated === 0 && holdings !== null) {
    const sister = holdings.windows === null ? undefined : shardWith(holdings.windows)
    const { configuration } = holdings
    // The same windows in another configuration give the keys.
    if (sister !== undefined && configuration !== null) {
      const inferred = [...finder.windowsOf(sister)].map(({ windowHash, window }) => ({
        ...configuration,
        windowHash,
        rowOffset: null,
        window
      }))
      return { keys: inferred, windows: inferred.map(({ window }) => window) }
    }
    return { keys: [], windows: holdings.loci === null ? [] : windowsOf(holdings.loci) }
  }
  const byRow = holdings?.loci ? windowsOf(holdings.loci) : []
  const found = finder.find(
    place.shardPath,
    keys.map(({ windowHash }) => windowHash)
  )
  const located = keys.map(key => ({ ...key, window: found.get(key.windowHash) ?? byRow[key.rowOffset] ?? null }))
  return { keys: located, windows: located.flatMap(({ window }) => window ?? []) }
}

/** Windows that the ledger recorded for a present shard, which no longer holds them. */
function goneWindows({ shardPath, ledger, recordedGone }: Place, finder: LocusFinder): LostWindow[] {
  const recorded = windowsOf(ledger?.holdings?.loci ?? [])
  if (recorded.length === 0) return []
  const now = new Set([...finder.windowsOf(shardPath)].map(({ window }) => textOf(window)))
  const gone = recorded.filter(window => !now.has(textOf(window)))
  return gone.length === recordedGone ? gone : []
}

function textOf({ chrom, startBp, endBp }: LostWindow): string {
  return `${startBp}-${endBp} ${chrom}`
}

function windowsOf(runs: readonly LocusRun[]): LostWindow[] {
  return runs.flatMap(({ chrom, start, length, step, count }) =>
    Array.from({ length: count }, (_, i) => {
      const startBp = BigInt(start) + BigInt(step) * BigInt(i)
      return { chrom, startBp, endBp: startBp + BigInt(length) }
    })
  )
}
