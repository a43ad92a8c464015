/**
 * A program that repeats one case of a differential run and prints the results of both readers. Arguments: seed, kind (may contain spaces),
 * index, and optionally a path for the file.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compare } from './compare.ts'
import { KINDS } from './kinds.ts'
import { draftCase, openLaboratory } from './run.ts'
import { judge, placeCase } from './verdicts.ts'

const [seed, kind = '', index, keep] = process.argv.slice(2)
const python = process.env.LEWM_PEER_PYTHON ?? join(import.meta.dirname, '../../.venv/bin/python')
const lab = await openLaboratory(python)
const draft = draftCase(KINDS, { seed: Number(seed), kind, index: Number(index) }, lab.workshop)
const bytes = await draft.make(new Set())
if (bytes === null) process.stdout.write(`no file could be made: ${[...lab.workshop.refusals.keys()].join('; ')}\n`)
else {
  if (keep !== undefined) writeFileSync(keep, bytes)
  const shardPath = 'embeddings/lab/5/centered_mean_8/chr1_0.parquet'
  const reading = await lab.peer.read(placeCase(lab.root, shardPath, bytes), true)
  const verdict = await judge(lab.root, shardPath)
  const findings = verdict.findings.map(({ kind: name, message }) => `  ${name}: ${message}`)
  const peer = reading.kind === 'read' ? `reads ${reading.rows} rows` : `${reading.kind}: ${reading.type}: ${reading.message}`
  const result = compare(verdict, reading, draft.sound)
  process.stdout.write(
    [
      ...draft.parts,
      `geno_lewm ${peer}`,
      `lewm-cache says ${verdict.kind}${typeof verdict.rows === 'string' ? `, ${verdict.rows}` : ''}`,
      ...findings,
      result.agree ? `agreed: ${result.as} ${result.why}` : `DISAGREE: ${result.rule}: ${result.detail}`,
      ''
    ].join('\n')
  )
}
await lab.end()
