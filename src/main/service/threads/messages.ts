/** Messages between the service and its threads: plain data, which arrives as the receiver's own copy. */
import type { JobOutcome, JobRequest } from '../../../shared/contract/index.ts'
import {
  type ErrorCode,
  expectedError,
  type Finding,
  type Limits,
  type LinkPolicy,
  type Progress,
  type RecordedVerdict
} from '../../core/index.ts'

/** The purpose of a thread. */
export type ThreadRole = { readonly role: 'job' | 'reader' }

/** The arguments of a thread. */
export type ThreadStart = ThreadRole & { readonly limits: Limits; readonly links: LinkPolicy }

/** An error as data; `stack` for a bug. */
export type Fault = {
  readonly code: ErrorCode
  readonly message: string
  readonly details: Record<string, unknown>
  readonly stack: string | null
}

export type JobOrder =
  | {
      readonly type: 'run'
      readonly root: string
      readonly ledgerFile: string
      readonly request: JobRequest
      readonly workers: number | undefined
    }
  | { readonly type: 'cancel' }

/** A thread's messages for the log. */
export type Remark = { readonly type: 'remark'; readonly subject: string; readonly sentence: string }

export type JobMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'findings'; readonly findings: Finding[] }
  | { readonly type: 'verdicts'; readonly verdicts: RecordedVerdict[] }
  | { readonly type: 'end'; readonly end: Exclude<JobOutcome, { outcome: 'failed' }> }
  | { readonly type: 'fault'; readonly fault: Fault }

/** A copy that was received in a message is not shared, so it may be changed. */
export type Cloned<T> = T extends bigint | Uint8Array | Float32Array | Float64Array | BigInt64Array
  ? T
  : T extends readonly (infer Item)[]
    ? Cloned<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Cloned<T[Key]> }
      : T

export function faultOf(error: unknown): Fault {
  const expected = expectedError(error)
  if (expected !== null) return { code: expected.code, message: expected.message, details: { ...expected.details }, stack: null }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'INTERNAL', message: INTERNAL_MESSAGE, details: {}, stack }
}

/** The only information about a bug that a window gets. */
export const INTERNAL_MESSAGE = "internal error; see the program's log for details"
