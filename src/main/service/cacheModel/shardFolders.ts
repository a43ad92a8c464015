/**
 * The shards of a cache by folder, so that a change affects one folder, and all of them as one list in path order (component by component,
 * as in Python), which is built on demand.
 */
import { comparePaths } from '../../core/index.ts'
import type { CatalogEntry } from '../catalog/catalogEntry.ts'

type Folder = { readonly files: CatalogEntry[]; readonly folders: string[] }

const NOTHING: Folder = { files: [], folders: [] }

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

export class ShardFolders {
  private readonly folders = new Map<string, Folder>()
  private readonly byPath = new Map<string, CatalogEntry>()
  private readonly top: string
  private ordered: readonly CatalogEntry[] | null = []

  /** @param top path of the uppermost folder */
  constructor(top: string) {
    this.top = top
  }

  get size(): number {
    return this.byPath.size
  }

  has(folder: string): boolean {
    return this.folders.has(folder)
  }

  paths(): IterableIterator<string> {
    return this.folders.keys()
  }

  line(shardPath: string): CatalogEntry | undefined {
    return this.byPath.get(shardPath)
  }

  /**
   * Sets the contents of a folder. Earlier contents that are not included are removed, with everything below.
   * @param files in order of their names
   * @param folders paths of its folders, in order
   * @returns removed shards
   */
  put(folder: string, files: readonly CatalogEntry[], folders: readonly string[]): string[] {
    const before = this.folders.get(folder) ?? NOTHING
    const kept = new Set(folders)
    const gone = before.folders.filter(path => !kept.has(path)).flatMap(path => this.remove(path))
    const now = new Set(files.map(line => line.shardPath))
    for (const { shardPath } of before.files) {
      if (now.has(shardPath)) continue
      this.byPath.delete(shardPath)
      gone.push(shardPath)
    }
    for (const line of files) this.byPath.set(line.shardPath, line)
    this.folders.set(folder, { files: [...files], folders: [...folders] })
    this.ordered = null
    return gone
  }

  /** Adds a shard that sorts after all others of its folder. A new folder is added to its parents. */
  add(line: CatalogEntry): void {
    const path = parentOf(line.shardPath)
    const { files } = this.folders.get(path) ?? this.make(path)
    files.push(line)
    this.byPath.set(line.shardPath, line)
    this.ordered = null
  }

  private make(path: string): Folder {
    const folder: Folder = { files: [], folders: [] }
    this.folders.set(path, folder)
    if (path !== this.top && path !== '') {
      const { folders } = this.folders.get(parentOf(path)) ?? this.make(parentOf(path))
      folders.push(path)
      folders.sort(comparePaths)
    }
    return folder
  }

  /** Removes a folder and everything below. */
  remove(folder: string): string[] {
    const before = this.folders.get(folder)
    if (before === undefined) return []
    this.folders.delete(folder)
    this.ordered = null
    for (const { shardPath } of before.files) this.byPath.delete(shardPath)
    return [...before.files.map(line => line.shardPath), ...before.folders.flatMap(path => this.remove(path))]
  }

  /** All shards in path order. */
  lines(): readonly CatalogEntry[] {
    if (this.ordered === null) {
      const list: CatalogEntry[] = []
      this.collect(this.top, list)
      this.ordered = list
    }
    return this.ordered
  }

  private collect(path: string, list: CatalogEntry[]): void {
    const { files, folders } = this.folders.get(path) ?? NOTHING
    let next = 0
    for (const folder of folders) {
      // Files and folders share one order of names.
      for (; next < files.length; next++) {
        const file = files[next]
        if (file === undefined || comparePaths(file.shardPath, folder) > 0) break
        list.push(file)
      }
      this.collect(folder, list)
    }
    for (; next < files.length; next++) {
      const file = files[next]
      if (file !== undefined) list.push(file)
    }
  }
}
