/** Runs work in small steps on this thread while it waits for others. */
import { setImmediate } from 'node:timers/promises'

export class BackgroundSteps {
  private hasEnded = false
  /** Settles with the last step. */
  readonly done: Promise<void>

  /** Starts at once. @param steps an error ends the work; the code that needs the result gets it again */
  constructor(steps: Iterator<undefined, void> | undefined, signal?: AbortSignal) {
    this.done = steps === undefined ? Promise.resolve() : this.run(steps, signal).catch(() => undefined)
  }

  /** Stops after the current step. When this settles, no further step runs. */
  async end(): Promise<void> {
    this.hasEnded = true
    await this.done
  }

  private async run(steps: Iterator<undefined, void>, signal: AbortSignal | undefined): Promise<void> {
    do await setImmediate()
    while (!this.hasEnded && !signal?.aborted && steps.next().done !== true)
  }
}
