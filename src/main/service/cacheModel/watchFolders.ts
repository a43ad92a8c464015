/**
 * Reports which folders of a cache have changed. On Linux it uses one watch per folder, because a recursive watch needs one per file.
 * Elsewhere it uses one recursive watch. If watching fails, callers poll more often.
 */
import { type FSWatcher, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { failedWith } from '../../core/index.ts'

const MOST_FOLDERS = 4096

export class FolderWatch {
  private readonly watchers = new Map<string, FSWatcher>()
  private readonly root: string
  private readonly onChange: (folder: string) => void
  private readonly onRefused: (reason: string) => void
  private refused_ = false
  private readonly recursive = process.platform === 'darwin' || process.platform === 'win32'

  /**
   * @param root absolute
   * @param onChange called with a folder's path relative to the root, more often than necessary
   * @param onRefused called once, if folders cannot be watched
   */
  constructor(root: string, onChange: (folder: string) => void, onRefused: (reason: string) => void) {
    this.root = root
    this.onChange = onChange
    this.onRefused = onRefused
  }

  /** Whether some folders are not watched. */
  get refused(): boolean {
    return this.refused_
  }

  /** Watches a folder (for the first one, with everything below, if one watch does that). */
  add(folder: string): void {
    if (this.watchers.has(folder) || (this.recursive && this.watchers.size > 0)) return
    if (this.watchers.size >= MOST_FOLDERS) {
      this.refuse(`there are more than ${MOST_FOLDERS} folders`)
      return
    }
    try {
      const watcher = watch(join(this.root, folder), { recursive: this.recursive, persistent: false }, (_, name) => {
        const below = this.recursive && name !== null ? dirname(name).replaceAll('\\', '/') : '.'
        this.onChange(below === '.' ? folder : `${folder}/${below}`)
      })
      watcher.on('error', error => {
        this.remove(folder)
        this.refuse(error.message)
      })
      this.watchers.set(folder, watcher)
    } catch (error) {
      // The scan that lists the folder reports its disappearance.
      if (failedWith(error, 'ENOENT')) return
      this.refuse(error instanceof Error ? error.message : String(error))
    }
  }

  private refuse(reason: string): void {
    if (this.refused_) return
    this.refused_ = true
    this.onRefused(reason)
  }

  remove(folder: string): void {
    this.watchers.get(folder)?.close()
    this.watchers.delete(folder)
  }

  close(): void {
    for (const folder of [...this.watchers.keys()]) this.remove(folder)
  }
}
