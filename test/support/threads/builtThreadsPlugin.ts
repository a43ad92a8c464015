/** Threads run the bundle in tests, as in the installed program. */
import { join } from 'node:path'

/** For Vite: replaces the core's `threadFile.ts` with `builtThreads.ts`. */
export const builtThreads = {
  name: 'built-threads',
  enforce: 'pre' as const,
  resolveId: (source: string) => (source.endsWith('/threadFile.ts') ? join(import.meta.dirname, 'builtThreads.ts') : null)
}
