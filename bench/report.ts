/** Measurements as a table: on a terminal, and as the Markdown page that is kept. */
import { type Comparison, type Measurement, medianOf, type Sample } from './measure.ts'

export type Report = {
  readonly command: string
  /** Names and values: the machine, the peers. */
  readonly facts: readonly (readonly [string, string])[]
  readonly sections: readonly Section[]
  /** What stands in the way of what is missed: Markdown, written by people (`remarks.md`). */
  readonly remarks: string
}

export type Section = { readonly title: string; readonly about: string; readonly measurements: readonly Measurement[] }

const HEAD = ['what', 'ours', 'beside', 'takes', 'ratio', 'target', '']

/** All tables for a terminal, and what was missed. */
export function textReport({ facts, sections }: Report): string {
  const parts = sections.flatMap(({ title, about, measurements }) => ['', `${title}: ${about}`, '', textTable(measurements)])
  return [...facts.map(([name, value]) => `${name}: ${value}`), ...parts, '', ...missedLines(sections), ''].join('\n')
}

function textTable(measurements: readonly Measurement[]): string {
  const rows = [HEAD, ...tableRows(measurements)]
  const widths = HEAD.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

/** The page for docs/. */
export function markdownReport({ command, facts, sections, remarks }: Report): string {
  const tables = sections.map(({ title, about, measurements }) => `## ${title}\n\n${about}\n\n${markdownTable(measurements)}\n`)
  return `# Performance

Written by \`${command}\`; do not edit. The numbers are of one run on one machine and are no promise for another.

${facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')}

${tables.join('\n')}
## Targets

${missedLines(sections).join('\n')}

${remarks.trim()}

## How it was measured

Each time is the median of the counted runs, with the fastest and the slowest run in brackets. One run before them warms up and is
not counted, on either side, but for repair_cache and reindex_cache, which take long. Files are in the system's page cache. The ratio is the other's median divided by ours: above 1, ours is
faster or smaller; a target below 1 says how much slower ours may be. Python works on the same files, or on byte-for-byte copies where it
changes something; its process is started beforehand except where a line says "whole process".
`
}

function markdownTable(measurements: readonly Measurement[]): string {
  const line = (row: readonly string[]): string => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(HEAD), line(HEAD.map(() => '---')), ...tableRows(measurements).map(line)].join('\n')
}

/** One row for each comparison; what is measured and ours are said once. */
function tableRows(measurements: readonly Measurement[]): string[][] {
  return measurements.flatMap(({ what, ours, below, others }) => {
    const own = [what, sampleText(ours)]
    const limit = below === undefined ? [] : [[...own, '', '', '', `< ${valueText(ours, below)}`, verdict(medianOf(ours) < below)]]
    const compared = others.map((other, i) => [
      ...(i === 0 && limit.length === 0 ? own : ['', '']),
      other.who,
      sampleText(other.sample),
      ratioText(ratioOf(ours, other)),
      other.atLeast === undefined ? '' : targetText(other.atLeast),
      other.atLeast === undefined ? '' : verdict(ratioOf(ours, other) >= other.atLeast)
    ])
    const rows = [...limit, ...compared]
    return rows.length > 0 ? rows : [[...own, '', '', '', '', '']]
  })
}

/** How many targets were met, and each that was not. */
function missedLines(sections: readonly Section[]): string[] {
  const judged = sections.flatMap(({ measurements }) => measurements.flatMap(judge))
  const missed = judged.filter(line => line !== null)
  return [`${judged.length - missed.length} of ${judged.length} targets are met.`, ...missed.map(line => `- missed: ${line}`)]
}

/** One entry for each target: null when it is met. */
function judge({ what, ours, below, others }: Measurement): (string | null)[] {
  const limit =
    below === undefined
      ? []
      : [medianOf(ours) < below ? null : `${what}: ${valueText(ours, medianOf(ours))}, not below ${valueText(ours, below)}`]
  const ratios = others.flatMap(other => {
    if (other.atLeast === undefined) return []
    const ratio = ratioOf(ours, other)
    return [ratio >= other.atLeast ? null : `${what}, beside ${other.who}: ${ratioText(ratio)}, not ${targetText(other.atLeast)}`]
  })
  return [...limit, ...ratios]
}

function ratioOf(ours: Sample, { sample }: Comparison): number {
  return medianOf(sample) / medianOf(ours)
}

function verdict(met: boolean): string {
  return met ? 'met' : 'MISSED'
}

function targetText(atLeast: number): string {
  return atLeast < 1 ? `>= ${ratioText(atLeast)} (within ${digits(1 / atLeast).replace(/\.0+$/, '')} x)` : `>= ${atLeast} x`
}

function sampleText(sample: Sample): string {
  const median = valueText(sample, medianOf(sample))
  if (sample.values.length === 1) return median
  return `${median} [${valueText(sample, Math.min(...sample.values))} - ${valueText(sample, Math.max(...sample.values))}]`
}

function valueText({ unit }: Sample, value: number): string {
  return unit === 'ms' ? timeText(value) : bytesText(value)
}

function timeText(ms: number): string {
  if (ms < 1) return `${digits(ms * 1000)} µs`
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`
}

function bytesText(bytes: number): string {
  return bytes < 2 ** 20 ? `${digits(bytes / 1024)} KiB` : `${digits(bytes / 2 ** 20)} MiB`
}

function ratioText(ratio: number): string {
  return `${digits(ratio)} x`
}

/** Three digits that count. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
