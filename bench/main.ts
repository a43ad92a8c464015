/**
 * `npm run bench`: measures the core and the command line beside the Python package on the same files, in one run. Says what it
 * measured and on what; asserts outcomes, never times.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureLookUps } from './cases/lookUps.ts'
import { measureProcesses } from './cases/processes.ts'
import { measureReading } from './cases/reading.ts'
import { measureRebuilding } from './cases/rebuilding.ts'
import { measureWriting } from './cases/writing.ts'
import { describeMachine } from './machine.ts'
import { makeCache, ROWS, spreadKeys, VALUES } from './makeCache.ts'
import type { Measurement } from './measure.ts'
import { findPeerPython, Peer } from './peer.ts'
import { markdownReport, type Report, textReport } from './report.ts'
import type { Setting } from './setting.ts'

const CASES: Readonly<Record<string, (setting: Setting) => Promise<Measurement[]>>> = {
  'look-ups': measureLookUps,
  reading: measureReading,
  rebuilding: measureRebuilding,
  writing: measureWriting,
  processes: measureProcesses
}

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, output: { type: 'string' } } })
const built = join(import.meta.dirname, '../out/main/cli.js')

if (existsSync(built)) await main()
else {
  say('the command line is not built yet: `npm run bench` builds it first')
  process.exitCode = 2
}

async function main(): Promise<void> {
  const python = findPeerPython()
  if (python === null) {
    say('no Python with geno-lewm 0.2.1 and pyarrow at $LEWM_PEER_PYTHON or .venv/bin/python: ours are measured alone')
  }
  const peer = python === null ? null : new Peer(python)
  const folder = mkdtempSync(join(tmpdir(), 'lewm-bench-'))
  try {
    const machine = describeMachine()
    const report = await measure(await prepare(folder, peer), machine)
    process.stdout.write(textReport(report))
    if (options.output !== undefined) writeFileSync(options.output, markdownReport(report))
  } finally {
    await peer?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function prepare(folder: string, peer: Peer | null): Promise<Setting> {
  const [shards, runs, slowRuns, looks] = options.quick ? [4, 3, 1, 13] : [16, 11, 3, 33]
  const at = (name: string): string => join(folder, name)
  say(`making a cache of ${shards} shards`)
  await makeCache(at('cache'), shards)
  await makeCache(at('small'), 1)
  cpSync(at('cache'), at('cache-peer'), { recursive: true })
  cpSync(at('small'), at('small-peer'), { recursive: true })
  return {
    folder,
    cache: at('cache'),
    peerCache: at('cache-peer'),
    smallCache: at('small'),
    smallPeerCache: at('small-peer'),
    shards,
    keys: spreadKeys(shards, looks),
    runs,
    slowRuns,
    peer
  }
}

async function measure(setting: Setting, machine: Report['facts']): Promise<Report> {
  const measurements: Measurement[] = []
  for (const [name, measureCase] of Object.entries(CASES)) {
    say(`measuring ${name}`)
    measurements.push(...(await measureCase(setting)))
  }
  const versions = Object.entries((await setting.peer?.versions()) ?? {}).map(([name, version]) => `${name} ${version}`)
  return {
    command: ['npm run bench', ...(options.quick || options.output ? ['--'] : []), ...process.argv.slice(2)].join(' '),
    facts: [...machine, ['Beside', versions.length > 0 ? versions.join(', ') : 'nothing: no Python with geno-lewm was found']],
    cache: `${setting.shards} shards of ${ROWS} rows x ${VALUES} float16, seeded normal values, written by writeShard`,
    measurements
  }
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}
