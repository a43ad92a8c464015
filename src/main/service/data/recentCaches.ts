/** Recently opened caches: pinned ones first, then the most recent; ten at most. Another process may change the file between two calls. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecentCache } from '../../../shared/contract/index.ts'
import { EMBEDDINGS_DIR } from '../../core/index.ts'
import { readDataFile, writeDataFile } from './dataFiles.ts'

const MOST = 10

const savedSchema = z.array(z.object({ path: z.string(), openedMs: z.number(), pinned: z.boolean() }))
type Saved = z.infer<typeof savedSchema>[number]

export class RecentCaches {
  private readonly file: string

  constructor(dataFolder: string) {
    this.file = join(dataFolder, 'recent.json')
  }

  async list(): Promise<RecentCache[]> {
    return Promise.all(this.read().map(async saved => ({ ...saved, exists: await isThere(saved.path) })))
  }

  opened(path: string): void {
    const pinned = this.read().some(saved => saved.path === path && saved.pinned)
    this.replace(path, { path, openedMs: Date.now(), pinned })
  }

  /** Pins or unpins a cache; one that was never opened is added. */
  pin(path: string, pinned: boolean): void {
    const openedMs = this.read().find(saved => saved.path === path)?.openedMs ?? Date.now()
    this.replace(path, { path, openedMs, pinned })
  }

  forget(path: string): void {
    this.replace(path, null)
  }

  private read(): Saved[] {
    return readDataFile(this.file, savedSchema, [])
  }

  private replace(path: string, by: Saved | null): void {
    const others = this.read().filter(saved => saved.path !== path)
    const all = by === null ? others : [by, ...others]
    all.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.openedMs - a.openedMs)
    writeDataFile(this.file, all.slice(0, MOST))
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(join(path, EMBEDDINGS_DIR))).isDirectory()
  } catch {
    return false
  }
}
