/** Tests run on real files and real processes. Each project is a script (`npm run test:unit`); `npm test` runs them all. */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { plainReporter } from './test/support/plainReporter.ts'

/** Tests of rooms without a process of their own that start one all the same. */
const WITH_PROCESSES = [
  'test/core/{cacheLock,cacheRoot,checksums,findContig,layouts,refusedMemory,temporaryFolder,unmovable,walk}.test.ts',
  'test/core/index/{hugeIndex,locks,newerIndex,writeAheadLog}.test.ts',
  'test/renderer/shard/{copyAs,npy}.test.ts',
  'test/sample/{buildSample,damage}.test.ts',
  'test/support/{plainReporter,reference}.test.ts'
]
const FAULTS = ['test/faults/**/*.test.ts', 'test/core/hostile/**/*.test.ts']
const INTEROP = ['test/interop/**/*.test.ts', 'test/differential/{differential,secondReader}.test.ts']
const E2E = ['test/e2e/**/*.test.ts', 'test/desktop/**/*.test.ts']
const UNIT = ['test/{renderer,core,sample,support,bench,differential}/**/*.test.ts']

export const PROJECTS = {
  /** Neither processes nor a browser. */
  unit: { include: UNIT, exclude: [...WITH_PROCESSES, ...FAULTS, ...INTEROP] },
  /** The command line, the service and the server as processes. */
  program: { include: ['test/*.test.ts', 'test/{cli,service,server}/**/*.test.ts', ...WITH_PROCESSES], exclude: [] },
  /** The window, in Chromium and in Electron. */
  e2e: { include: E2E, exclude: [] },
  /** Beside GenoLeWM itself and other writers of Parquet. */
  interop: { include: INTEROP, exclude: [] },
  /** Injected faults, and files made to do harm. */
  faults: { include: FAULTS, exclude: [] }
}

export default defineConfig({
  test: {
    projects: Object.entries(PROJECTS).map(([name, files]) => ({ extends: true, test: { name, ...files } })),
    pool: 'forks',
    // Much of their time is waiting for processes: also two cores are enough for two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // How long is waited for what comes; what does not come fails all the same.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', plainReporter()]
  }
})
