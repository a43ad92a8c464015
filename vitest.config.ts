/** Tests run on real files and real processes. Each project is a script (`npm run test:unit`); `npm test` runs them all. */
import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { lookForPart } from './test/support/machineParts.ts'
import { MixedOrder } from './test/support/mixedOrder.ts'
import { plainReporter } from './test/support/plainReporter.ts'
import { builtThreads } from './test/support/threads/builtThreadsPlugin.ts'

/** Tests of single modules that start a process all the same. */
const WITH_PROCESSES = [
  'test/core/fs/temporaryFolder.test.ts',
  'test/core/index/{hugeIndex,locks,newerIndex,writeAheadLog}.test.ts',
  'test/core/layouts/layout2.test.ts',
  'test/core/layouts/layouts.test.ts',
  'test/core/query/{checksums,findContig}.test.ts',
  'test/renderer/text/export/{copyAs,npy}.test.ts',
  'test/sample/{buildSample,damage}.test.ts',
  'test/support/{plainReporter,reference}.test.ts'
]
/** Rooms of the core that work on whole caches. */
const WHOLE_CACHES = ['test/core/{cache,evidence,pool,repair,secondReader,verify}/**/*.test.ts', 'test/core/fs/links.test.ts']
const FAULTS = ['test/faults/**/*.test.ts', 'test/soak/**/*.test.ts', 'test/core/hostile/**/*.test.ts']
const INTEROP = ['test/interop/**/*.test.ts', 'test/differential/{differential,secondReader}.test.ts']
const UNIT = ['test/{shared,renderer,core,sample,support,bench,differential}/**/*.test.ts']

const PROJECTS = {
  /** Single modules: neither processes nor a browser. */
  unit: { include: UNIT, exclude: [...WITH_PROCESSES, ...WHOLE_CACHES, ...FAULTS, ...INTEROP] },
  /** The core on whole caches, the command line, the service and the server. */
  program: { include: ['test/*.test.ts', 'test/{cli,service,server}/**/*.test.ts', ...WITH_PROCESSES, ...WHOLE_CACHES], exclude: [] },
  /** The window, in Chromium and in Electron. */
  e2e: { include: ['test/{e2e,desktop}/**/*.test.ts'], exclude: [] },
  /** Beside GenoLeWM itself and other writers of Parquet. */
  interop: { include: INTEROP, exclude: [] },
  /** Injected faults, several programs at once, and files made to do harm. */
  faults: { include: FAULTS, exclude: [] }
}

const chromium = lookForPart('chromium')
const WITHOUT_CHROMIUM = 'test/components/withoutChromium.test.ts'

/** Components of the window in a page of their own, in Chromium. */
const components =
  'missing' in chromium
    ? { extends: true as const, test: { name: 'components', include: [WITHOUT_CHROMIUM] } }
    : {
        plugins: [react()],
        // Found while the tests run, they would load the page again.
        optimizeDeps: {
          include: [
            'react',
            'react/jsx-dev-runtime',
            'react-dom/client',
            'react-aria-components',
            'react-error-boundary',
            'clsx',
            'zod/mini'
          ],
          exclude: ['vitest']
        },
        test: {
          name: 'components',
          include: ['test/components/**/*.test.tsx'],
          testTimeout: 30_000,
          expect: { poll: { timeout: 10_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 1000, height: 700 },
            provider: playwright({ launchOptions: { executablePath: chromium.path, args: ['--no-sandbox', '--disable-gpu'] } }),
            instances: [{ browser: 'chromium' as const }]
          }
        }
      }

export default defineConfig({
  plugins: [builtThreads],
  test: {
    projects: [...Object.entries(PROJECTS).map(([name, files]) => ({ extends: true as const, test: { name, ...files } })), components],
    pool: 'forks',
    // Much of their time is waiting for processes: also two cores are enough for two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: MixedOrder },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // How long is waited for what comes; what does not come fails all the same.
    expect: { poll: { timeout: 15_000 } },
    reporters: ['default', plainReporter()]
  }
})
