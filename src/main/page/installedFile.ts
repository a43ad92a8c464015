/** Finds what was installed with the program: the source lies deeper than its bundle, so every place is looked for upwards. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The page that both carriers show; the other files of the page lie beside it. */
export const PAGE = 'out/renderer/index.html'

/**
 * @param path relative to the package's root, with `/`
 * @returns the absolute path, or null when this installation has no such file
 */
export function installedFile(path: string, from: string = import.meta.dirname): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, ...path.split('/'))
    if (existsSync(file)) return file
    if (dirname(folder) === folder) return null
  }
}
