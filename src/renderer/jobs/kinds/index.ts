/** Every kind of job. The compiler asks for a new one here, and nothing else in the window depends on the kind of a job. */
import { createElement, type ReactNode } from 'react'
import type { JobKind } from '../../../shared/contract/index.ts'
import { apply } from './apply.tsx'
import { forget } from './forget.tsx'
import type { DoneOf, JobView, Preferences, RequestOf } from './jobView.ts'
import { plan } from './plan.tsx'
import { quarantine } from './quarantine.tsx'
import { reindex } from './reindex.tsx'
import { restore } from './restore.tsx'
import { verify } from './verify.tsx'

const JOB_VIEWS: { readonly [Kind in JobKind]: JobView<Kind> } = { verify, plan, apply, reindex, quarantine, restore, forget }

type Done<Kind extends JobKind> = DoneOf<Kind> & { readonly kind: Kind }

export function preparedRequest<Kind extends JobKind>(
  request: RequestOf<Kind> & { readonly kind: Kind },
  preferences: Preferences
): RequestOf<Kind> {
  const view: JobView<Kind> = JOB_VIEWS[request.kind]
  return view.prepare === undefined ? request : view.prepare(request, preferences)
}

export function reportSentence<Kind extends JobKind>(done: Done<Kind>): string {
  const view: JobView<Kind> = JOB_VIEWS[done.kind]
  return view.sentence(done)
}

/** The parts of a report, and the buttons of its kind. */
export function reportParts<Kind extends JobKind>(done: Done<Kind>): { readonly report: ReactNode; readonly actions: ReactNode } {
  const { Report, Actions }: JobView<Kind> = JOB_VIEWS[done.kind]
  return { report: createElement(Report, { done }), actions: Actions === undefined ? null : createElement(Actions, { done }) }
}

/** Paths in quarantine that a job moved there; empty for jobs that move nothing. */
export function movedBy<Kind extends JobKind>(done: Done<Kind>): readonly string[] {
  const view: JobView<Kind> = JOB_VIEWS[done.kind]
  return view.movedTo?.(done) ?? []
}

export function documentOf<Kind extends JobKind>(done: Done<Kind>): object {
  const view: JobView<Kind> = JOB_VIEWS[done.kind]
  return view.document(done)
}
