/**
 * Tells which folders of a cache have changed. One watch a folder on Linux, where a recursive watch would take one a file; one
 * recursive watch elsewhere. A system that refuses is no fault: whoever uses this looks again now and then anyway.
 */
import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'

const MOST_FOLDERS = 4096

export class FolderWatch {
  private readonly watchers = new Map<string, FSWatcher>()
  private readonly root: string
  private readonly onChange: (folder: string) => void
  private readonly recursive = process.platform === 'darwin' || process.platform === 'win32'

  /**
   * @param root absolute
   * @param onChange called with a folder's path relative to the root, more often than needed
   */
  constructor(root: string, onChange: (folder: string) => void) {
    this.root = root
    this.onChange = onChange
  }

  /** Watches a folder (the first one with all that is below, where that is one watch). */
  add(folder: string): void {
    if (this.watchers.has(folder) || this.watchers.size >= (this.recursive ? 1 : MOST_FOLDERS)) return
    try {
      const watcher = watch(join(this.root, folder), { recursive: this.recursive, persistent: false }, (_, name) => {
        const below = this.recursive && name !== null ? dirname(name).replaceAll('\\', '/') : '.'
        this.onChange(below === '.' ? folder : `${folder}/${below}`)
      })
      watcher.on('error', () => this.remove(folder))
      this.watchers.set(folder, watcher)
    } catch {
      // No more watches to be had, or the folder went away.
    }
  }

  remove(folder: string): void {
    this.watchers.get(folder)?.close()
    this.watchers.delete(folder)
  }

  close(): void {
    for (const folder of [...this.watchers.keys()]) this.remove(folder)
  }
}
