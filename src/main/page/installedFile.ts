/** Finds files that were installed with the program. The source is deeper in the tree than its bundle, so parent folders are searched. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The page that both carriers show. Its other files are beside it. */
export const PAGE = 'out/renderer/index.html'

/**
 * @param path relative to the package's root, with `/`
 * @returns the absolute path, or null if this installation has no such file
 */
export function installedFile(path: string, from: string = import.meta.dirname): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, ...path.split('/'))
    if (existsSync(file)) return file
    if (dirname(folder) === folder) return null
  }
}
