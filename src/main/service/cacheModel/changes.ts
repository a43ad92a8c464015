/** Counts changes, several at once as one, so that whoever shows them is asked to look again a few times a second and no more. */
const QUIET_MS = 150

export class Changes {
  /** Counts up. */
  version = 1
  private timer: NodeJS.Timeout | null = null
  private readonly waiting = new Set<() => void>()

  /** Something has changed; it counts soon. */
  touch(): void {
    this.timer ??= setTimeout(() => this.flush(), QUIET_MS)
  }

  /** It counts now. */
  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.version += 1
    for (const resume of [...this.waiting]) resume()
  }

  /** Waits until the version is another one than that, or the signal ends the wait. */
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
