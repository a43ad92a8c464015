/** Tests run on real files and real processes: one process per test file, and time enough for a slow disk. */
import { defineConfig } from 'vitest/config'
import { plainReporter } from './test/support/plainReporter.ts'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', plainReporter()]
  }
})
