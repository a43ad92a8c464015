/** Measurements as a table: on a terminal, and as the Markdown page that is kept. */
import { type Measurement, medianOf, type Sample } from './measure.ts'

export type Report = {
  readonly command: string
  /** Names and values: the machine, the peers. */
  readonly facts: readonly (readonly [string, string])[]
  readonly cache: string
  readonly measurements: readonly Measurement[]
}

const HEAD = ['what', 'ours', 'beside', 'takes', 'ratio']

/** The table for a terminal. */
export function textReport({ facts, cache, measurements }: Report): string {
  const rows = [HEAD, ...tableRows(measurements)]
  const widths = HEAD.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [...facts.map(([name, value]) => `${name}: ${value}`), `Cache: ${cache}`, '', ...rows.map(line), ''].join('\n')
}

/** The page for docs/. */
export function markdownReport({ command, facts, cache, measurements }: Report): string {
  const line = (row: readonly string[]): string => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [line(HEAD), '| --- | --- | --- | --- | --- |', ...tableRows(measurements).map(line)]
  return `# Performance

Written by \`${command}\`; do not edit. The numbers are of one run on one machine and are no promise for another.

${facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')}
- Cache: ${cache}

${table.join('\n')}

Each time is the median of the counted runs, with the fastest and the slowest run in brackets. One run before them warms up and is
not counted, on either side. Files are in the system's page cache. The ratio is the other's median divided by ours: above 1, ours is
faster or smaller. Python works on the same files, or on byte-for-byte copies where it changes something; its process is started
beforehand except where a line says "whole process".
`
}

/** One row for each comparison; what is measured and ours are said once. */
function tableRows(measurements: readonly Measurement[]): string[][] {
  return measurements.flatMap(({ what, ours, others }) => {
    if (others.length === 0) return [[what, sampleText(ours), '', '', '']]
    return others.map(({ who, sample }, i) => [
      i === 0 ? what : '',
      i === 0 ? sampleText(ours) : '',
      who,
      sampleText(sample),
      ratioText(medianOf(sample) / medianOf(ours))
    ])
  })
}

function sampleText(sample: Sample): string {
  const show = sample.unit === 'ms' ? timeText : bytesText
  const median = show(medianOf(sample))
  if (sample.values.length === 1) return median
  return `${median} [${show(Math.min(...sample.values))} - ${show(Math.max(...sample.values))}]`
}

function timeText(ms: number): string {
  if (ms < 1) return `${digits(ms * 1000)} µs`
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`
}

function bytesText(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`
}

function ratioText(ratio: number): string {
  return `${digits(ratio)} x`
}

/** Three digits that count. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
