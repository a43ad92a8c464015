/** Threads run the bundle in tests, as they do for people. */
import { join } from 'node:path'

/** For Vite: puts `builtThreads.ts` in the place of the core's `threadFile.ts`. */
export const builtThreads = {
  name: 'built-threads',
  enforce: 'pre' as const,
  resolveId: (source: string) => (source.endsWith('/threadFile.ts') ? join(import.meta.dirname, 'builtThreads.ts') : null)
}
