/** Ends a soak with its numbers as a table that can be pasted into `docs/trust.md`: the number of each action, and the failures. */
import { cpus } from 'node:os'
import type { Reporter, TestModule } from 'vitest/node'

/** A reporter that is used together with one that shows the tests. */
export function soakReporter(): Reporter {
  const started = Date.now()
  return {
    onTestRunEnd(modules, unhandledErrors) {
      process.stdout.write(tableOf(modules, unhandledErrors.length, started))
    }
  }
}

function tableOf(modules: readonly TestModule[], unhandled: number, started: number): string {
  const tests = modules.flatMap(module => [...module.children.allTests()])
  const sums = new Map<string, number>()
  for (const test of tests)
    for (const [what, count] of Object.entries(test.meta().done ?? {})) sums.set(what, (sums.get(what) ?? 0) + count)
  const states = tests.map(test => test.result().state)
  // A file that cannot be loaded, or a hook that throws, fails no test. A test that never finished has not passed.
  const broken = modules.filter(module => !module.ok() && ![...module.children.allTests()].some(test => test.result().state === 'failed'))
  const failures = states.filter(state => state === 'failed' || state === 'pending').length + broken.length + unhandled
  const rows: [string, number][] = [
    ...[...sums].sort(([a], [b]) => a.localeCompare(b)),
    ['tests passed', states.filter(state => state === 'passed').length],
    ['tests skipped', states.filter(state => state === 'skipped').length],
    ['failures', failures]
  ]
  const seeds = [...new Set(tests.flatMap(test => test.meta().seeds ?? []))]
  const minutes = ((Date.now() - started) / 60_000).toFixed(1)
  const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} processors`
  return [
    `\nSoak of ${new Date(started).toISOString().slice(0, 10)}, ${minutes} minutes, ${machine}; seeds ${seeds.join(', ') || 'none'}.\n`,
    '| what | how often |',
    '| --- | ---: |',
    ...rows.map(([what, count]) => `| ${what} | ${count.toLocaleString('en-US')} |`),
    ''
  ].join('\n')
}
