/** Footers are read in the background, a few at a time; first those of the shards that somebody looks at. */

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
   * @param isCurrent whether a line still stands for its file
   * @param onRead told of lines whose footers were just looked at
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

  /** Somebody is to look at this one's footer some time. */
  add(line: CatalogEntry): void {
    this.waiting.push(line)
  }

  /** Somebody waits for these. */
  want(lines: readonly CatalogEntry[]): void {
    for (const line of lines) if (!line.footerSeen) this.wanted.push(line)
  }

  /** Reads until none is left. */
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
        // A file that was written meanwhile is another line by now, or will be.
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
