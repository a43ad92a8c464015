/** The streams and environment of the process that the command line uses. Tests replace them. */
import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean }

export type Io = {
  readonly stdin: Readable
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: NodeJS.ProcessEnv
  /** Stops the work between two shards. */
  readonly signal: AbortSignal
}
