/** Work in small steps on this thread, in the time in which it waits for others. */
import { setImmediate } from 'node:timers/promises'

export class BackgroundSteps {
  private hasEnded = false
  /** Settles with the last step. */
  readonly done: Promise<void>

  /** Begins at once. @param steps an error ends the work; the code that needs the result meets it again */
  constructor(steps: Iterator<undefined, void> | undefined, signal?: AbortSignal) {
    this.done = steps === undefined ? Promise.resolve() : this.run(steps, signal).catch(() => undefined)
  }

  /** Leaves off where it is; when this settles, no step is taken any more. */
  async end(): Promise<void> {
    this.hasEnded = true
    await this.done
  }

  private async run(steps: Iterator<undefined, void>, signal: AbortSignal | undefined): Promise<void> {
    do await setImmediate()
    while (!this.hasEnded && !signal?.aborted && steps.next().done !== true)
  }
}
