/** A kind of job in the window. */
import type { ComponentType } from 'react'
import type { JobKind, JobReport, JobRequest } from '../../../shared/contract/index.ts'

/** A finished job of a kind. */
export type DoneOf<Kind extends JobKind> = Extract<JobReport, { readonly kind: Kind }>
export type RequestOf<Kind extends JobKind> = Extract<JobRequest, { readonly kind: Kind }>

/** Settings of the window that belong to requests. */
export type Preferences = { readonly secondReader: boolean }

export type JobView<Kind extends JobKind> = {
  /** The request with the settings of the window. */
  readonly prepare?: (request: RequestOf<Kind>, preferences: Preferences) => RequestOf<Kind>
  /** The report in one or two sentences. */
  readonly sentence: (done: DoneOf<Kind>) => string
  /** The parts of the report below its sentence. */
  readonly Report: ComponentType<{ readonly done: DoneOf<Kind> }>
  /** Buttons of this kind. Saving the report is always offered. */
  readonly Actions?: ComponentType<{ readonly done: DoneOf<Kind> }>
  /** Paths of the shards that the job moved to quarantine. They can be restored. */
  readonly movedTo?: (done: DoneOf<Kind>) => readonly string[]
  /** The report as the command line prints it with `--json`. */
  readonly document: (done: DoneOf<Kind>) => object
}
