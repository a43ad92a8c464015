/** Ends a run with one plain line, `N passed, N failed`, for people and scripts. The second number includes all errors. */
import type { Reporter, TestModule } from 'vitest/node'

type Tally = { passed: number; failed: number; skipped: number }

/** A reporter that is used together with one that shows the tests. */
export function plainReporter(): Reporter {
  let lines: string[] = []
  return {
    onInit() {
      // On exit, because other reporters and Vitest itself still write after the run.
      process.on('exit', () => process.stdout.write(lines.map(line => `${line}\n`).join('')))
    },
    onTestRunEnd(modules, unhandledErrors) {
      const { passed, failed, skipped } = count(modules)
      const plain = `${passed} passed, ${failed + unhandledErrors.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
      lines = [...skipNotes(modules), plain]
    }
  }
}

function count(modules: readonly TestModule[]): Tally {
  const tally = { passed: 0, failed: 0, skipped: 0 }
  for (const module of modules) {
    const failedBefore = tally.failed
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that never finished has not passed.
      tally[state === 'pending' ? 'failed' : state]++
    }
    // A file that cannot be loaded, or a hook that throws, fails no test.
    if (!module.ok() && tally.failed === failedBefore) tally.failed++
  }
  return tally
}

/** Each reason for skipped tests (`context.skip(reason)`), once. */
function skipNotes(modules: readonly TestModule[]): string[] {
  const notes = modules.flatMap(module => [...module.children.allTests('skipped')]).map(test => test.result())
  return [...new Set(notes.flatMap(result => (result.state === 'skipped' && result.note ? [result.note] : [])))]
}
