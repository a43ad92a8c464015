/** Tests run on real files and real processes: one process per test file, and time enough for a slow disk. */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { plainReporter } from './test/support/plainReporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
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
