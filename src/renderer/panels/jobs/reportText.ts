/** What a job came to, in words, and whole for a file. */

import type { JobOutcome, JobReport } from '../../../shared/contract/index.ts'
import { toJson } from '../../../shared/json.ts'
import type { Progress, SecondReading, ShardNotMoved } from '../../../shared/model/report.ts'
import { missingText } from '../../../shared/text/missingText.ts'
import { withMessage } from '../../../shared/text/recordedFinding.ts'
import { capital, formatCount, formatCounted } from '../../text/index.ts'

type MissingCounts = Parameters<typeof missingText>[0]

/**
 * A sentence or two about the end of a job.
 * @param progress the last that was heard of it; null when it told of none
 */
export function outcomeText(end: JobOutcome, progress: Progress | null): string {
  switch (end.outcome) {
    case 'cancelled':
      return `Cancelled${howFar(progress)}. What was done before that stays done.`
    case 'failed':
      return end.error.message
    case 'done':
      return reportText(end.report)
  }
}

function howFar(progress: Progress | null): string {
  if (progress === null || progress.total === 0) return ''
  return ` after ${formatCount(progress.done)} of ${formatCounted(progress.total, 'shard')}`
}

/** One sentence about a report. */
function reportText(done: JobReport): string {
  switch (done.kind) {
    case 'verify': {
      const { checkedShards, checkedRows, findings } = done.report
      const found = findings.length === 0 ? 'nothing wrong' : formatCounted(findings.length, 'finding')
      return `${formatCounted(checkedShards, 'shard')} with ${formatCounted(checkedRows, 'row')} checked: ${found}${missingPart(done.report)}.`
    }
    case 'plan': {
      const ticked = done.plan.moves.filter(move => move.ticked).length
      return `${formatCounted(done.plan.checkedShards, 'shard')} checked: ${ticked === 0 ? 'nothing has to move' : `${formatCounted(ticked, 'shard')} to quarantine`}${done.plan.reindex ? ', index to rebuild' : ''}.`
    }
    case 'apply':
      return `${formatCounted(done.report.quarantined.length, 'shard')} quarantined${notMovedText(done.report.notMoved)}; ${indexText(done.report.reindex)}${missingSentence(done.report)}`
    case 'reindex':
      return capital(indexText(done.report))
    case 'quarantine':
      return `${formatCounted(done.report.moved.length, 'shard')} quarantined${notMovedText(done.report.notMoved)}.`
    case 'restore': {
      const { restored, skipped } = done.report
      const left = skipped.length === 0 ? '' : `; ${formatCounted(skipped.length, 'file')} stayed`
      return `${formatCounted(restored.length, 'shard')} brought back${left}.`
    }
    case 'forget':
      return `${formatCounted(done.report.forgotten.length, 'missing shard')} forgotten.`
  }
}

function missingPart(counts: MissingCounts): string {
  const missing = missingText(counts)
  return missing === '' ? '' : `, ${missing}`
}

function missingSentence(counts: MissingCounts): string {
  const missing = missingText(counts)
  return missing === '' ? '' : ` ${capital(missing)}.`
}

function notMovedText({ length }: readonly unknown[]): string {
  return length === 0 ? '' : `, ${formatCount(length)} could not be moved`
}

/** What the second reader came to. */
export function secondReadingText({ compared, disagreeing }: SecondReading): string {
  const outcome = disagreeing > 0 ? `, values differ in ${formatCounted(disagreeing, 'shard')}` : compared > 0 ? ', no value differs' : ''
  return `Second reader (hyparquet): ${formatCounted(compared, 'shard')} compared${outcome}.`
}

function indexText({ indexedShards, indexedRows, indexKept, findings }: Extract<JobReport, { kind: 'reindex' }>['report']): string {
  if (indexKept) return 'no shard could be read, so the index was left as it was.'
  const left = findings.length === 0 ? '' : `; ${formatCounted(findings.length, 'finding')} kept rows out of it`
  return `the index was rebuilt with ${formatCounted(indexedRows, 'row')} of ${formatCounted(indexedShards, 'shard')}${left}.`
}

/** Paths in quarantine that a job moved there, for an undo; empty for jobs that move nothing. */
export function movedBy(done: JobReport): readonly string[] {
  if (done.kind === 'quarantine') return done.report.moved.map(({ movedTo }) => movedTo)
  return done.kind === 'apply' ? done.report.quarantined.map(({ movedTo }) => movedTo) : []
}

/** A report as the command line prints it with `--json`, and a plan as `repair --save-plan` keeps it. */
export function reportJson(done: JobReport): string {
  return `${toJson(documentOf(done), withMessage)}\n`
}

/** Named only where there is something to name, as on the command line. */
function stayed(notMoved: readonly ShardNotMoved[]): { readonly notMoved?: readonly ShardNotMoved[] } {
  return notMoved.length > 0 ? { notMoved } : {}
}

function documentOf(done: JobReport): object {
  switch (done.kind) {
    case 'plan':
      return done.plan
    case 'quarantine':
      return { moved: done.report.moved, ...stayed(done.report.notMoved) }
    case 'apply': {
      const { notMoved, ...report } = done.report
      return { ...report, ...stayed(notMoved) }
    }
    case 'restore': {
      const { restored, skipped } = done.report
      return { restored, skipped: skipped.map(({ path, shardPath, reason }) => ({ path, shardPath, reason })) }
    }
    case 'verify':
    case 'reindex':
    case 'forget':
      return done.report
  }
}
