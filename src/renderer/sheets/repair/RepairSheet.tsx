/** Repair: shows exactly what will move and the effects, and starts with one click. Afterwards it shows the report and Undo. */

import { useEffect, useRef, useState } from 'react'
import type { JobReport, JobRequest } from '../../../shared/contract/index.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { JobEnd } from '../../jobs/JobEnd.tsx'
import { JobProgress } from '../../jobs/JobProgress.tsx'
import { type FollowedJob, useFollowedJob } from '../../jobs/useFollowedJob.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { useWorkers } from '../../state/workers.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { CloseButton } from '../../ui/controls/CloseButton.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Sheet } from '../../ui/frames/Sheet.tsx'
import { buttonText, consequencesOf } from './consequences.ts'
import { PlanView } from './PlanView.tsx'
import classes from './Repair.module.css'

/** Open while a repair is prepared. */
export function RepairSheet() {
  const { sheet } = useWorkspace('sheet')
  return sheet?.kind === 'repair' ? <Repair /> : null
}

type Plan = Extract<JobReport, { kind: 'plan' }>['plan']

type Stage = { readonly kind: 'plan' | 'apply'; readonly jobId: string | null; readonly refused: string | null }

function Repair() {
  const client = useClient()
  const { cacheId, closeSheet, summary } = useWorkspace('cacheId', 'closeSheet', 'summary')
  const [workers] = useWorkers()
  const [stage, setStage] = useState<Stage>({ kind: 'plan', jobId: null, refused: null })
  const [choice, setChoice] = useState<{ readonly plan: Plan; readonly ticked: ReadonlySet<string> } | null>(null)
  const job = useFollowedJob(stage.jobId)

  const begin = (kind: Stage['kind'], request: JobRequest): void => {
    setStage({ kind, jobId: null, refused: null })
    client.jobs.start({ cacheId, request, workers: workers ?? undefined }).then(
      ({ jobId }) => {
        setStage({ kind, jobId, refused: null })
      },
      error => setStage({ kind, jobId: null, refused: sentenceOf(error) })
    )
  }
  const planAgain = (): void => {
    setChoice(null)
    begin('plan', { kind: 'plan' })
  }
  const started = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: makes the first plan once, when the sheet opens
  useEffect(() => {
    if (started.current) return
    started.current = true
    planAgain()
  }, [])

  const plan = stage.kind === 'plan' ? planOf(job) : null
  const shown = choice ?? (plan === null ? null : { plan, ticked: tickedIn(plan) })
  const ended = job.end !== null || job.lost !== null || stage.refused !== null
  const close = (): void => {
    // A plan without its sheet is of no use, so it is cancelled. A repair that has started continues in the drawer.
    if (stage.kind === 'plan' && stage.jobId !== null && !ended) client.jobs.cancel({ jobId: stage.jobId }).catch(() => {})
    closeSheet()
  }
  const cancel = (): void => {
    if (stage.jobId !== null) client.jobs.cancel({ jobId: stage.jobId }).catch(() => {})
  }
  const choosing = stage.kind === 'plan' && shown !== null
  const consequences = choosing ? consequencesOf(shown.plan, shown.ticked) : null
  return (
    <Sheet
      title={choosing ? 'Repair plan' : stage.kind === 'plan' ? 'Planning repair…' : 'Repair'}
      wide
      onClose={close}
      actions={
        <>
          {ended && !choosing && <Button onClick={planAgain}>Plan again</Button>}
          {!ended && <Button onClick={cancel}>Cancel</Button>}
          {ended && <CloseButton onClose={close}>{choosing ? 'Cancel' : 'Close'}</CloseButton>}
          {choosing && consequences !== null && (
            <Button
              kind='primary'
              disabled={!consequences.anything || summary.writer !== null}
              onClick={() => begin('apply', { kind: 'apply', plan: shown.plan, ticked: [...shown.ticked] })}
            >
              {buttonText(consequences)}
            </Button>
          )}
        </>
      }
    >
      {stage.refused !== null && <Failure text={stage.refused} />}
      {job.lost !== null && <Failure text={job.lost} />}
      {choosing ? (
        <PlanView plan={shown.plan} ticked={shown.ticked} onTick={ticked => setChoice({ plan: shown.plan, ticked })} />
      ) : job.end !== null ? (
        <JobEnd end={job.end} progress={job.progress} />
      ) : (
        stage.refused === null && job.lost === null && <JobProgress job={job} title={stage.kind === 'plan' ? 'Planning' : 'Repairing'} />
      )}
    </Sheet>
  )
}

function Failure({ text }: { readonly text: string }) {
  return (
    <p className={classes.failed} role='alert'>
      {text}
    </p>
  )
}

function planOf({ end }: FollowedJob): Plan | null {
  const done: JobReport | null = end?.outcome === 'done' ? end.report : null
  return done?.kind === 'plan' ? done.plan : null
}

function tickedIn({ moves }: Plan): ReadonlySet<string> {
  return new Set(moves.filter(({ ticked }) => ticked).map(({ shardPath }) => shardPath))
}
