/** The outcome of a job in words, and its report as text. */
import type { JobOutcome, JobReport } from '../../shared/contract/index.ts'
import { toJson } from '../../shared/json.ts'
import type { Progress } from '../../shared/model/report.ts'
import { withMessage } from '../../shared/text/recordedFinding.ts'
import { formatCount, formatCounted } from '../text/index.ts'
import { documentOf, reportSentence } from './kinds/index.ts'

/**
 * A sentence or two about the end of a job.
 * @param progress the last progress that was reported, null for none
 */
export function outcomeText(end: JobOutcome, progress: Progress | null): string {
  switch (end.outcome) {
    case 'cancelled':
      return `Cancelled${howFar(progress)}. Work that was finished is kept.`
    case 'failed':
      return end.error.message
    case 'done':
      return reportSentence(end.report)
  }
}

function howFar(progress: Progress | null): string {
  if (progress === null || progress.total === 0) return ''
  return ` after ${formatCount(progress.done)} of ${formatCounted(progress.total, 'shard')}`
}

/** A report as the command line prints it with `--json`, and a plan as `repair --save-plan` keeps it. */
export function reportJson(done: JobReport): string {
  return `${toJson(documentOf(done), withMessage)}\n`
}
