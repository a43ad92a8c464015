/** The end of a job: its sentence, its parts, and what can be done with its report. */
import type { JobOutcome, JobReport } from '../../shared/contract/index.ts'
import type { Progress } from '../../shared/model/report.ts'
import { useQuarantine } from '../state/queries/queries.ts'
import { capital, formatCount } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { saveBytes } from '../ui/copyText.ts'
import { sentenceOf } from '../ui/faults.ts'
import { useTell } from '../ui/frames/Notice.tsx'
import classes from './Jobs.module.css'
import { movedBy, reportParts } from './kinds/index.ts'
import { outcomeText, reportJson } from './outcomeText.ts'
import { useStartJob } from './useStartJob.ts'

/** @param progress the last progress that was reported */
export function JobEnd({ end, progress }: { readonly end: JobOutcome; readonly progress: Progress | null }) {
  return (
    <div className={classes.report}>
      <p className={end.outcome === 'failed' ? classes.failed : undefined} role='status'>
        {capital(outcomeText(end, progress))}
      </p>
      {end.outcome === 'done' && <ReportView done={end.report} />}
    </div>
  )
}

function ReportView({ done }: { readonly done: JobReport }) {
  const start = useStartJob()
  const notify = useTell()
  const moved = useMoved(done)
  const { report, actions } = reportParts(done)
  const save = (): void => {
    const bytes = new TextEncoder().encode(reportJson(done))
    saveBytes(`lewm-cache-${done.kind}.json`, bytes).catch(error => notify(sentenceOf(error)))
  }
  return (
    <>
      <p className={classes.actions}>
        {actions}
        {moved.length > 0 && (
          <Button small onClick={() => void start({ kind: 'restore', which: [...moved] })}>
            Undo: restore {moved.length === 1 ? 'it' : `all ${formatCount(moved.length)}`}
          </Button>
        )}
        <Button small onClick={save}>
          Save report…
        </Button>
      </p>
      {report}
    </>
  )
}

/** The files that a job moved to quarantine, as far as they are still there. */
function useMoved(done: JobReport): readonly string[] {
  const moved = movedBy(done)
  const there = useQuarantine(moved.length > 0)
  const paths = new Set(there.data?.map(({ path }) => path))
  return moved.filter(path => paths.has(path))
}
