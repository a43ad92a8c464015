/** Measurements as a table, for a terminal and for the Markdown page in docs/. */
import { type Comparison, type Measurement, medianOf, type Sample } from './measure.ts'

export type Report = {
  readonly command: string
  /** Names and values: the machine, the peers. */
  readonly facts: readonly (readonly [string, string])[]
  readonly sections: readonly Section[]
  /** Explanations of missed targets: Markdown, written by hand (`remarks.md`). */
  readonly remarks: string
}

export type Section = { readonly title: string; readonly about: string; readonly measurements: readonly Measurement[] }

const HEAD = ['operation', 'lewm-cache', 'compared with', 'result', 'ratio', 'target', '']

/** All tables and the missed targets, for a terminal. */
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

Written by \`${command}\`. Do not edit. The numbers come from one run on one machine. Another machine gives other numbers.

${facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')}

${tables.join('\n')}
## Targets

${missedLines(sections).join('\n')}

${remarks.trim()}

## How it was measured

Each time is the median of the counted runs, with the fastest and the slowest run in brackets. A warm-up run before them is
not counted. repair_cache and reindex_cache are slow and have no warm-up run. Files are in the page cache. The ratio is the other program's median
divided by that of lewm-cache. Above 1, lewm-cache is faster or smaller. A target below 1 says how much slower lewm-cache may be. Python works on the same files, or on byte-for-byte copies if it
changes them. Its process is started beforehand, unless a line says "whole process".
`
}

function markdownTable(measurements: readonly Measurement[]): string {
  const line = (row: readonly string[]): string => `| ${row.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(HEAD), line(HEAD.map(() => '---')), ...tableRows(measurements).map(line)].join('\n')
}

/** One row for each comparison. The name and the result of lewm-cache are in the first row only. */
function tableRows(measurements: readonly Measurement[]): string[][] {
  return measurements.flatMap(({ what, own, below, others }) => {
    const cells = [what, sampleText(own)]
    const limit = below === undefined ? [] : [[...cells, '', '', '', `< ${valueText(own, below)}`, verdict(medianOf(own) < below)]]
    const compared = others.map((other, i) => [
      ...(i === 0 && limit.length === 0 ? cells : ['', '']),
      other.who,
      sampleText(other.sample),
      ratioText(ratioOf(own, other)),
      other.atLeast === undefined ? '' : targetText(other.atLeast),
      other.atLeast === undefined ? '' : verdict(ratioOf(own, other) >= other.atLeast)
    ])
    const rows = [...limit, ...compared]
    return rows.length > 0 ? rows : [[...cells, '', '', '', '', '']]
  })
}

/** The number of targets that were met, and each that was missed. */
function missedLines(sections: readonly Section[]): string[] {
  const judged = sections.flatMap(({ measurements }) => measurements.flatMap(judge))
  const missed = judged.filter(line => line !== null)
  return [`${judged.length - missed.length} of ${judged.length} targets are met.`, ...missed.map(line => `- missed: ${line}`)]
}

/** One entry for each target. Null if it is met. */
function judge({ what, own, below, others }: Measurement): (string | null)[] {
  const limit =
    below === undefined
      ? []
      : [medianOf(own) < below ? null : `${what}: ${valueText(own, medianOf(own))}, not below ${valueText(own, below)}`]
  const ratios = others.flatMap(other => {
    if (other.atLeast === undefined) return []
    const ratio = ratioOf(own, other)
    return [ratio >= other.atLeast ? null : `${what}, compared with ${other.who}: ${ratioText(ratio)}, not ${targetText(other.atLeast)}`]
  })
  return [...limit, ...ratios]
}

function ratioOf(own: Sample, { sample }: Comparison): number {
  return medianOf(sample) / medianOf(own)
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

/** Three significant digits. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
