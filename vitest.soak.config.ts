/** The long forms of the tests, one file after the other: `npm run soak`. */
import { defineConfig } from 'vitest/config'
import { plainReporter } from './test/support/plainReporter.ts'
import { soakReporter } from './test/support/soakReporter.ts'

const DAY_MS = 86_400_000

export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts', 'test/core/hostile/**/*.test.ts', 'test/service/fuzz.test.ts', 'test/soak/**/*.test.ts'],
    env: { LEWM_SOAK: '1' },
    pool: 'forks',
    fileParallelism: false,
    testTimeout: DAY_MS,
    hookTimeout: DAY_MS,
    reporters: ['verbose', soakReporter(), plainReporter()]
  }
})
