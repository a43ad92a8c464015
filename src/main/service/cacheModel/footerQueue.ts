/** Reads footers in the background, a few at a time; those of visible shards first. */

import { type CatalogEntry, sameStamp } from '../catalog/catalogEntry.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import type { FooterEntry } from '../queries/shardReads.ts'

const AT_ONCE = 48

export class FooterQueue {
  private readonly root: string
  private readonly reader: QueryThread
  private readonly isCurrent: (line: CatalogEntry) => boolean
  private readonly onRead: (lines: readonly CatalogEntry[]) => void
  private wanted: CatalogEntry[] = []
  private waiting: CatalogEntry[] = []
  private next = 0
  private running: Promise<void> | null = null
  private closed = false

  /**
   * @param isCurrent whether an entry still describes its file
   * @param onRead called with entries whose footers were just read
   */
  constructor(
    root: string,
    reader: QueryThread,
    isCurrent: (line: CatalogEntry) => boolean,
    onRead: (lines: readonly CatalogEntry[]) => void
  ) {
    this.root = root
    this.reader = reader
    this.isCurrent = isCurrent
    this.onRead = onRead
  }

  close(): void {
    this.closed = true
  }

  /** Adds a footer to read eventually. */
  add(line: CatalogEntry): void {
    this.waiting.push(line)
  }

  /** Adds footers that a caller waits for. */
  want(lines: readonly CatalogEntry[]): void {
    for (const line of lines) if (!line.footerSeen) this.wanted.push(line)
  }

  /** Reads until the queue is empty. */
  run(): Promise<void> {
    this.running ??= this.readAll().finally(() => {
      this.running = null
    })
    return this.running
  }

  private async readAll(): Promise<void> {
    for (let lines = this.take(); lines.length > 0 && !this.closed; lines = this.take()) {
      const shardPaths = lines.map(line => line.shardPath)
      const entries = await this.reader.ask('readFooters', { root: this.root, shardPaths })
      for (const [i, line] of lines.entries()) {
        const entry = entries[i]
        line.footerSeen = true
        // A file that was written meanwhile has or will have another entry.
        if (entry !== undefined && sameStamp(entry, line)) take(line, entry)
      }
      this.onRead(lines)
    }
  }

  private take(): CatalogEntry[] {
    const batch = new Set<CatalogEntry>()
    const consider = (line: CatalogEntry | undefined): void => {
      if (line !== undefined && !line.footerSeen && this.isCurrent(line)) batch.add(line)
    }
    while (this.wanted.length > 0 && batch.size < AT_ONCE) consider(this.wanted.pop())
    while (this.next < this.waiting.length && batch.size < AT_ONCE) consider(this.waiting[this.next++])
    if (this.next >= this.waiting.length) {
      this.waiting = []
      this.next = 0
    }
    return [...batch]
  }
}

function take(line: CatalogEntry, { rows, dimensions, otherContigs, findings }: FooterEntry): void {
  line.otherContigs = otherContigs
  line.rows = rows
  line.dimensions = dimensions
  if (findings.length > 0) line.firstLook = findings
}
