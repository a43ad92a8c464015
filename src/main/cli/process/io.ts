/** What the command line has of a process: its streams and its environment. In a test they are others. */
import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean }

export type Io = {
  readonly stdin: Readable
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly env: NodeJS.ProcessEnv
  /** Ends the work between two shards. */
  readonly signal: AbortSignal
}
