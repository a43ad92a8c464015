/** The arguments that every command gets besides its own options. */
import type { LongOptions } from '../../../shared/model/report.ts'
import type { ExitCode } from './exitCodes.ts'
import type { Io } from './io.ts'
import type { Output } from './output.ts'

export type Context = {
  /** The value of `--cache`; undefined means the default. */
  readonly cache: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly output: Output
  readonly io: Io
  readonly signal: AbortSignal
  /** The signal and the progress callback, for long operations. */
  readonly long: LongOptions
}

/** A command: prints its result and returns its exit code. Expected errors are thrown as CacheError. */
export type Run<Options> = (context: Context, options: Options, args: readonly string[]) => Promise<ExitCode>
