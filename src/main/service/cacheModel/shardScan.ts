/**
 * Scans the shards of an open cache folder by folder: all of them periodically, a changed folder at once. One scan runs at a time. A file
 * with a new stamp is a new entry.
 */
import { EMBEDDINGS_DIR, type FileStamp, type Finding, finding } from '../../core/index.ts'
import { type CatalogEntry, ConfigurationIndex, sameStamp } from '../catalog/catalogEntry.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import { makePauses } from '../threads/fairQueue.ts'
import { ShardFolders } from './shardFolders.ts'
import { FolderWatch } from './watchFolders.ts'

const STAMPS_AT_ONCE = 2000
const DIRTY_MS = 150

export type ScanEvents = {
  /** A new shard, or a new state of one. */
  readonly onNew: (line: CatalogEntry) => void
  /** An unchanged shard. */
  readonly onKnown: (line: CatalogEntry) => void
  readonly onGone: (shardPaths: readonly string[]) => void
  /** There are changes to show. */
  readonly onProgress: () => void
  /** Folders have changed on their own and were scanned. */
  readonly onSettled: (folders: readonly string[]) => void
  readonly onError: (error: unknown) => void
  /** The operating system does not report changes in all folders. */
  readonly onUnwatched: (reason: string) => void
}

export class ShardScan {
  readonly folders = new ShardFolders(EMBEDDINGS_DIR)
  readonly groups = new ConfigurationIndex()
  /** Progress of a full scan, in folders. */
  done = 0
  total = 1
  /** Duration of the last full scan, ms. */
  lastMs = 0
  private readonly root: string
  private readonly reader: QueryThread
  private readonly events: ScanEvents
  private readonly found = new Map<string, readonly Finding[]>()
  private readonly watch: FolderWatch
  /** Folders with links to shards or folders. Changes behind links are not reported. */
  private readonly linked = new Set<string>()
  private readonly dirty = new Set<string>()
  private timer: NodeJS.Timeout | null = null
  private turn: Promise<void> = Promise.resolve()
  private closed = false

  constructor(root: string, reader: QueryThread, events: ScanEvents) {
    this.root = root
    this.reader = reader
    this.events = events
    this.watch = new FolderWatch(root, folder => this.markDirty(folder), events.onUnwatched)
  }

  close(): void {
    this.closed = true
    this.watch.close()
    if (this.timer !== null) clearTimeout(this.timer)
  }

  /** Whether changes must be polled, because they are not reported. */
  get unwatched(): boolean {
    return this.watch.refused || this.isAway || this.linked.size > 0
  }

  /** Whether the last scan found no folder of shards at all. */
  get isAway(): boolean {
    return !this.folders.has(EMBEDDINGS_DIR)
  }

  /** Entries with the name of a shard that are not shards, and folders that cannot be read. */
  findings(): Finding[] {
    return [...this.found.values()].flat()
  }

  /** Scans everything, after the current scan. */
  scanAll(): Promise<void> {
    return this.inTurn(async () => {
      const started = performance.now()
      this.done = 0
      this.total = 1
      await this.walk([EMBEDDINGS_DIR], true)
      this.lastMs = performance.now() - started
    })
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.turn.then(() => (this.closed ? undefined : work()))
    // A failed scan is reported by its caller. The next one continues.
    this.turn = turn.catch(() => undefined)
    return turn
  }

  private markDirty(folder: string): void {
    this.dirty.add(folder)
    this.timer ??= setTimeout(() => this.lookAtDirty(), DIRTY_MS).unref()
  }

  private lookAtDirty(): void {
    this.timer = null
    const folders = [...this.dirty].filter(folder => this.folders.has(folder))
    this.dirty.clear()
    this.inTurn(() => this.walk(folders, false)).then(
      () => this.events.onSettled(folders),
      error => {
        if (!this.closed) this.events.onError(error)
      }
    )
  }

  /** Scans folders and those below: all of them, or only new ones. */
  private async walk(start: readonly string[], all: boolean): Promise<void> {
    const queue = [...start].reverse()
    const breathe = makePauses()
    for (let folder = queue.pop(); folder !== undefined && !this.closed; folder = queue.pop()) {
      const known = new Set(all ? [] : this.folders.paths())
      const below = (await this.lookAt(folder, breathe)).filter(path => !known.has(path))
      this.done += 1
      this.total += below.length
      queue.push(...below.reverse())
      this.events.onProgress()
    }
  }

  /** @returns the folders in it */
  private async lookAt(folder: string, breathe: () => Promise<void> | undefined): Promise<readonly string[]> {
    const listing = await this.reader.ask('listFolder', { root: this.root, folder })
    if (listing === null) {
      this.watch.remove(folder)
      this.takeAway(folder)
      return []
    }
    this.watch.add(folder)
    if (listing.linked) this.linked.add(folder)
    else this.linked.delete(folder)
    const found: Finding[] = [...listing.findings]
    const isNew = !this.folders.has(folder)
    const lines: CatalogEntry[] = []
    for (let from = 0; from < listing.files.length && !this.closed; from += STAMPS_AT_ONCE) {
      const names = listing.files.slice(from, from + STAMPS_AT_ONCE)
      const stamps = await this.reader.ask('readStamps', { root: this.root, folder, names })
      if (stamps.fault !== null) found.push(finding('unreadable', folder, { cause: 'stamps', reason: stamps.fault }))
      for (const [i, name] of names.entries()) {
        const bytes = stamps.bytes[i] ?? -1
        if (bytes >= 0) lines.push(this.lineFor(`${folder}/${name}`, { bytes, mtimeNs: stamps.mtimeNs[i] ?? 0n }))
        await breathe()
      }
      // A new folder is shown as it is read. A known one stays unchanged until it has been fully read.
      if (isNew) this.folders.put(folder, lines, listing.folders)
      this.events.onProgress()
    }
    if (found.length > 0) this.found.set(folder, found)
    else this.found.delete(folder)
    if (!this.closed) this.events.onGone(this.folders.put(folder, lines, listing.folders))
    return listing.folders
  }

  private takeAway(folder: string): void {
    const gone = this.folders.remove(folder)
    const isIn = (path: string): boolean => path === folder || path.startsWith(`${folder}/`)
    for (const path of [...this.found.keys()]) if (isIn(path)) this.found.delete(path)
    for (const path of [...this.linked]) if (isIn(path)) this.linked.delete(path)
    if (folder !== EMBEDDINGS_DIR) {
      this.events.onGone(gone)
      return
    }
    // A disk that was unmounted comes back with the same shards: what is remembered of them stays.
    this.found.set(folder, [finding('unreadable', folder, { cause: 'shards_gone' })])
  }

  private lineFor(shardPath: string, stamp: FileStamp): CatalogEntry {
    const known = this.folders.line(shardPath)
    if (known !== undefined && sameStamp(known, stamp)) {
      this.events.onKnown(known)
      return known
    }
    const line = this.groups.line(shardPath, stamp)
    this.events.onNew(line)
    return line
  }
}
