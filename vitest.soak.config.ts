/** The long forms of the tests: `npm run soak`. Tests that last an hour run beside the others, which run one after another. */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { plainReporter } from './test/support/plainReporter.ts'
import { soakReporter } from './test/support/soakReporter.ts'
import { builtThreads } from './test/support/threads/builtThreadsPlugin.ts'

const DAY_MS = 86_400_000

/** The file that lasts an hour begins first, then those that take longest; failures are no reason for another order. */
const FIRST = ['soak/together', 'faults/refusals', 'faults/crash', 'hostile/mutations', 'hostile/everyBit']

class HourFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = FIRST.findIndex(name => moduleId.includes(name))
      return at < 0 ? FIRST.length : at
    }
    return files.toSorted((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId))
  }
}

export default defineConfig({
  plugins: [builtThreads],
  test: {
    include: [
      'test/faults/**/*.test.ts',
      'test/core/hostile/**/*.test.ts',
      'test/service/fuzz.test.ts',
      'test/soak/**/*.test.ts',
      'test/e2e/**/*.test.ts',
      'test/differential/differential.test.ts',
      'test/differential/secondReader.test.ts'
    ],
    env: { LEWM_SOAK: '1', LEWM_CARRIERS: 'all' },
    pool: 'forks',
    // One at the hour, one at the rest; a third where there are more cores.
    maxWorkers: Math.min(3, Math.max(2, availableParallelism() - 1)),
    sequence: { sequencer: HourFirst },
    testTimeout: DAY_MS,
    hookTimeout: DAY_MS,
    reporters: ['verbose', soakReporter(), plainReporter()]
  }
})
