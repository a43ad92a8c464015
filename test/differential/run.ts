/** Runs cases against geno_lewm and collects disagreements, each reduced to the relevant parts of the case. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CaseKind, DraftCase } from './cases.ts'
import { type Comparison, compare, type Rule } from './compare.ts'
import { PeerReader } from './peer/reader.ts'
import { Rng } from './rng.ts'
import { type Judge, judge, placeCase } from './verdicts.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

export type CaseId = { readonly seed: number; readonly kind: string; readonly index: number }

export type Disagreement = {
  readonly id: CaseId
  readonly rule: Rule
  readonly detail: string
  /** Only the parts that are necessary for the disagreement. */
  readonly parts: readonly string[]
  readonly bytes: Buffer
}

export type RunResult = {
  readonly cases: number
  /** By kind of case: the number of each outcome, and of files that could not be made. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** How often each exception was needed, by title. */
  readonly exceptions: ReadonlyMap<string, number>
  readonly disagreements: readonly Disagreement[]
  readonly crashes: number
}

export type Laboratory = {
  readonly workshop: Workshop
  readonly peer: PeerReader
  readonly root: string
  readonly end: () => Promise<void>
}

export async function openLaboratory(python: string): Promise<Laboratory> {
  const root = mkdtempSync(join(tmpdir(), 'lewm-differ-'))
  const workshop = await openWorkshop(python)
  const peer = new PeerReader(python)
  return {
    workshop,
    peer,
    root,
    end: async () => {
      await Promise.all([peer.end(), workshop.end()])
      rmSync(root, { recursive: true, force: true })
    }
  }
}

/** The kind of case at each position of a run, so that kinds are spread according to their weights. */
export function planRun(kinds: readonly CaseKind[], seed: number, cases: number): CaseId[] {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0)
  const ids = kinds.flatMap(({ name, weight }) =>
    Array.from({ length: Math.ceil((cases * weight) / total) }, (_, index): CaseId => ({ seed, kind: name, index }))
  )
  return new Rng(`order ${seed}`).shuffled(ids).slice(0, Math.max(cases, kinds.length))
}

export function draftCase(kinds: readonly CaseKind[], id: CaseId, workshop: Workshop): DraftCase {
  const kind = kinds.find(({ name }) => name === id.kind)
  if (kind === undefined) throw new RangeError(`no kind of case is called ${id.kind}`)
  return kind.draft(new Rng(`${id.seed} ${id.kind} ${id.index}`), workshop)
}

export type RunOptions = {
  readonly judge?: Judge
  /** Cases in progress at a time: geno_lewm reads one while another is made. */
  readonly lanes?: number
  readonly onCase?: (done: number) => void
  /** Disagreements beyond this number are counted, but not reduced. */
  readonly reduce?: number
}

export async function runCases(
  lab: Laboratory,
  kinds: readonly CaseKind[],
  ids: readonly CaseId[],
  options: RunOptions = {}
): Promise<RunResult> {
  const outcomes = new Map<string, Map<string, number>>()
  const exceptions = new Map<string, number>()
  const disagreements: Disagreement[] = []
  const count = (kind: string, outcome: string): void => {
    const of = outcomes.get(kind) ?? new Map<string, number>()
    of.set(outcome, (of.get(outcome) ?? 0) + 1)
    outcomes.set(kind, of)
  }
  const waiting = ids.entries()
  let done = 0
  const lane = async (name: number): Promise<void> => {
    for (const [, id] of waiting) {
      const draft = draftCase(kinds, id, lab.workshop)
      const bytes = await make(lab, draft, new Set())
      if (bytes === null) count(id.kind, 'not made')
      else {
        const result = await judgeBoth(lab, bytes, draft.sound, name, options.judge ?? judge)
        if (result.agree) {
          count(id.kind, result.as)
          if (result.as === 'exception') exceptions.set(result.why, (exceptions.get(result.why) ?? 0) + 1)
        } else {
          count(id.kind, 'DISAGREE')
          const reduced =
            disagreements.length < (options.reduce ?? 100) ? await reduce(lab, draft, result, name, options.judge ?? judge) : null
          disagreements.push({ id, rule: result.rule, detail: result.detail, parts: draft.parts, bytes, ...reduced })
        }
      }
      done += 1
      options.onCase?.(done)
    }
  }
  await Promise.all(Array.from({ length: options.lanes ?? 6 }, (_, i) => lane(i)))
  return { cases: done, outcomes, exceptions, disagreements, crashes: lab.peer.restarts }
}

/** @returns null if parts of the case exclude each other, or a library refuses its options */
async function make(lab: Laboratory, draft: DraftCase, left: ReadonlySet<number>): Promise<Buffer | null> {
  try {
    return await draft.make(left)
  } catch (error) {
    const why = `maker: ${error instanceof Error ? error.message : error}`
    lab.workshop.refusals.set(why, (lab.workshop.refusals.get(why) ?? 0) + 1)
    return null
  }
}

async function judgeBoth(lab: Laboratory, bytes: Buffer, sound: boolean, lane: number, own: Judge): Promise<Comparison> {
  const shardPath = `embeddings/lab/5/centered_mean_8/chr1_${lane}.parquet`
  const path = placeCase(lab.root, shardPath, bytes)
  const reading = lab.peer.read(path)
  const verdict = await own(lab.root, shardPath)
  const result = compare(verdict, await reading, sound)
  // Asked again, with the contents of each row.
  return result.agree ? result : compare(verdict, await lab.peer.read(path, true), sound)
}

/** Leaves out one part after another as long as the same rule is violated. */
async function reduce(
  lab: Laboratory,
  draft: DraftCase,
  first: Comparison & { agree: false },
  lane: number,
  own: Judge
): Promise<Pick<Disagreement, 'parts' | 'detail' | 'bytes'> | null> {
  const left = new Set<number>()
  let best: Pick<Disagreement, 'parts' | 'detail' | 'bytes'> | null = null
  for (let part = draft.parts.length - 1; part >= 1; part--) {
    left.add(part)
    const bytes = await make(lab, draft, left)
    const result = bytes === null ? null : await judgeBoth(lab, bytes, draft.sound, lane, own)
    if (bytes !== null && result?.agree === false && result.rule === first.rule) {
      best = { parts: draft.parts.filter((_, i) => !left.has(i)), detail: result.detail, bytes }
    } else left.delete(part)
  }
  return best
}

/** A short list of disagreements, with the commands to repeat them. */
export function disagreementText(disagreements: readonly Disagreement[], most = 30): string {
  if (disagreements.length === 0) return ''
  const lines = disagreements.slice(0, most).map(({ id, rule, detail, parts }) => {
    return `${id.seed} ${id.kind} ${id.index}: ${rule}\n    ${detail}\n    ${parts.join(' · ')}`
  })
  const more = disagreements.length > most ? [`... and ${disagreements.length - most} more`] : []
  return [...lines, ...more, 'Repeat one and keep its file: node test/differential/replay.ts SEED KIND INDEX FILE'].join('\n')
}
