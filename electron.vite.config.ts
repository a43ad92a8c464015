/** One build, `out/`: every process of the program is an entry here, and only what has native code stays outside of the bundles. */
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => resolve(import.meta.dirname, path)

/** V8 keeps a source as it is, and gives each character two bytes as soon as one of them needs two: 3 MiB over all processes. */
const output = { charset: 'ascii', comments: { legal: true, annotation: false, jsdoc: false } } as const

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
          shardThread: at('src/main/core/pool/shardThread.ts'),
          secondReaderThread: at('src/main/core/secondReader/secondReaderThread.ts'),
          cli: at('src/main/cli/main.ts'),
          serviceProcess: at('src/main/desktop/serviceProcess.ts'),
          workerEntry: at('src/main/service/workerEntry.ts')
        },
        external: ['better-sqlite3'],
        // Node loads CommonJS in half the time, which counts for each command and each thread.
        output: { ...output, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name]-[hash].cjs' }
      }
    }
  },
  // What Electron itself loads is CommonJS and one file each: a sandboxed preload script can be nothing else, and a main script
  // that is a module is loaded later than one that is not.
  preload: {
    build: {
      outDir: at('out/desktop'),
      target: 'node20.18',
      externalizeDeps: false,
      isolatedEntries: true,
      rolldownOptions: {
        input: { main: at('src/main/desktop/main.ts'), preload: at('src/main/desktop/preload.ts') },
        // Of the core's façade only what the shell calls: SQLite has no place in Electron's main process.
        treeshake: { moduleSideEffects: false },
        output: { ...output, format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    // The page of `npm run dev` has its own origin, so hot reload needs the address of Vite.
    server: { host: '127.0.0.1', port: 5174, strictPort: true, hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: 5174 } },
    build: {
      outDir: at('out/renderer'),
      // Everything that the page loads is checked against a policy without `data:` scripts, styles or fonts.
      assetsInlineLimit: 0,
      // One style sheet: the order of its rules must not depend on what is loaded first.
      cssCodeSplit: false,
      minify: true,
      rolldownOptions: { input: { index: at('src/renderer/index.html') }, output }
    }
  }
})
