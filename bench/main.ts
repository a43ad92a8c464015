/**
 * `npm run bench`: measures the core, the command line and the service, compared with the Python package, pyarrow, DuckDB and hyparquet on
 * the same files, in one run. Reports the results and the machine. Asserts outcomes, never times.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureLookUps } from './cases/lookUps.ts'
import { measureOpening } from './cases/opening.ts'
import { measureReading } from './cases/reading.ts'
import { measureRebuilding } from './cases/rebuilding.ts'
import { measureScale } from './cases/scale.ts'
import { measureSecondReader } from './cases/secondReader.ts'
import { measureShapes } from './cases/shapes.ts'
import { measureProcesses } from './cases/wholeProcesses.ts'
import { measureWriting } from './cases/writing.ts'
import { describeMachine } from './machine.ts'
import { makeCache } from './makeCache.ts'
import type { Measurement } from './measure.ts'
import { findPeerPython, Peer } from './peer.ts'
import { markdownReport, type Report, type Section, textReport } from './report.ts'
import type { Setting } from './setting.ts'

const CASES: Readonly<Record<string, (setting: Setting) => Promise<Measurement[]>>> = {
  'verification of everything': measureReading,
  'the second reader': measureSecondReader,
  'reindex and repair': measureRebuilding,
  lookups: measureLookUps,
  writing: measureWriting,
  'other shapes of shards': measureShapes,
  'whole processes': measureProcesses
}

const SHAPE = { rows: 1024, values: 1024 }
const PAGE = join(import.meta.dirname, '../docs/performance.md')

const USAGE = `npm run bench [-- OPTIONS]
  --quick        fewer shards and rounds, no scale: under two minutes, writes no page
  --scale        only how costs grow with the size of a cache
  --output FILE  path of the page (default: docs/performance.md for a whole run)
`

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    output: { type: 'string' },
    help: { type: 'boolean', default: false }
  }
})
const built = join(import.meta.dirname, '../out/main/cli.cjs')

if (options.help) process.stdout.write(USAGE)
else if (existsSync(built)) await main()
else {
  say('the command line is not built yet. `npm run bench` builds it first')
  process.exitCode = 2
}

async function main(): Promise<void> {
  const { quick, scale } = options
  const machine = describeMachine()
  const folder = mkdtempSync(join(tmpdir(), 'lewm-bench-'))
  // The measured services and threads keep their data in a temporary folder.
  process.env.LEWM_CACHE_DATA = join(folder, 'data')
  try {
    const beside = scale ? { sections: [], peers: 'nothing' } : await measureBesidePeers(folder)
    const report: Report = {
      command: ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' '),
      facts: [...machine, ['Beside', beside.peers]],
      sections: [...beside.sections, ...(quick && !scale ? [] : await measureGrowth(folder))],
      remarks: readFileSync(join(import.meta.dirname, 'remarks.md'), 'utf8')
    }
    process.stdout.write(textReport(report))
    const page = options.output ?? (quick || scale ? undefined : PAGE)
    if (page !== undefined) writeFileSync(page, markdownReport(report))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Everything that other programs can do as well. */
async function measureBesidePeers(folder: string): Promise<{ sections: Section[]; peers: string }> {
  const { quick } = options
  const python = findPeerPython()
  const peer = python === null ? null : new Peer(python)
  try {
    const peers = await namePeers(peer)
    const shards = quick ? 8 : 64
    say(`making a cache of ${shards} shards`)
    const cache = await makeCache(folder, 'cache', { shards, ...SHAPE })
    const setting: Setting = {
      quick,
      folder,
      cache,
      foreign: peer && (await peer.rewrite(cache, folder, 'foreign')),
      small: await makeCache(folder, 'small', { shards: 1, ...SHAPE }),
      runs: quick ? 5 : 11,
      slowRuns: quick ? 1 : 2,
      peer
    }
    const measurements: Measurement[] = []
    for (const [name, measureCase] of Object.entries(CASES)) {
      say(`measuring ${name}`)
      measurements.push(...(await measureCase(setting)))
    }
    const rounds = quick ? 'The quick form: 8 shards where the whole form has 64, fewer rows in one shard, and fewer rounds. ' : ''
    const about = `${rounds}Shards of ${SHAPE.rows} rows x ${SHAPE.values} float16, seeded normal values, written by writeShard.`
    return { sections: [{ title: 'Comparison with other programs', about, measurements }], peers }
  } finally {
    await peer?.close()
  }
}

/** How costs grow with the size of a cache. */
async function measureGrowth(folder: string): Promise<Section[]> {
  say('measuring caches of 64 to 6,400 shards')
  const scale = await measureScale(folder)
  say('measuring a cache of 100,000 shards in the service')
  const opening = await measureOpening(folder)
  return [
    { title: 'From 64 to 6,400 shards', about: 'Shards of 64 rows x 64 values, 2 workers.', measurements: scale },
    { title: '100,000 shards in the service', about: '10 encoders, 5 layers, 2 pools, 25 contigs, 40 blocks.', measurements: opening }
  ]
}

async function namePeers(peer: Peer | null): Promise<string> {
  if (peer === null) {
    say('MISSING: no Python with geno-lewm 0.2.1 and pyarrow at $LEWM_PEER_PYTHON or .venv/bin/python. Only lewm-cache is measured')
    return 'nothing: no Python with geno-lewm was found'
  }
  const versions = Object.entries(await peer.versions()).map(([name, version]) => `${name} ${version}`)
  if (peer.hasDuckdb) return versions.join(', ')
  say(`MISSING: DuckDB, which some targets refer to, is not measured: ${peer.python} -m pip install duckdb==2.0.0`)
  return `${versions.join(', ')}. DuckDB is MISSING, so its lines are left out`
}

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`)
}
