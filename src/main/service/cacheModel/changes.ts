/** Counts changes and merges frequent ones, so that viewers refresh only a few times per second. */
const QUIET_MS = 150

export class Changes {
  /** Increases the version. */
  version = 1
  private timer: NodeJS.Timeout | null = null
  private readonly waiting = new Set<() => void>()

  /** Something has changed; the version increases soon. */
  touch(): void {
    this.timer ??= setTimeout(() => this.flush(), QUIET_MS)
  }

  /** The version increases now. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.version += 1
    for (const resume of [...this.waiting]) resume()
  }

  /** Waits until the version differs from the given one, or the signal ends the wait. */
  after(version: number, signal?: AbortSignal): Promise<void> {
    if (this.version !== version || signal?.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const resume = (): void => {
        this.waiting.delete(resume)
        signal?.removeEventListener('abort', resume)
        resolve()
      }
      this.waiting.add(resume)
      signal?.addEventListener('abort', resume)
    })
  }
}
