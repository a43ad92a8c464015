/** The machine on which the benchmark runs. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Names and values, in the order of the report. */
export function describeMachine(): [string, string][] {
  return [
    ['Processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['System', `${distribution()}${type()} ${release()}`],
    ['Node', `${process.versions.node} (V8 ${process.versions.v8})`],
    ['Other work', `${(loadavg()[0] ?? 0).toFixed(1)} processes on average in the minute before`]
  ]
}

function distribution(): string {
  try {
    const [, name] = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? []
    return name === undefined ? '' : `${name}, `
  } catch {
    // Only Linux has this file.
    return ''
  }
}
