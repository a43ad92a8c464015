/** One build, `out/`: every process of the program is an entry here, and only what has native code stays outside of the bundles. */
import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      outDir: at('out/main'),
      // The oldest Node that may run the command line; Electron's own is newer.
      target: 'node22.15',
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          core: at('src/main/core/index.ts'),
          cli: at('src/main/cli/main.ts')
        },
        external: ['better-sqlite3'],
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' }
      }
    }
  }
})
