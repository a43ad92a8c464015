/** Abandons a read on Ctrl-C if it accepts no signal. The read changes nothing, so there is no need to wait for it. */
import { CancelledError } from '../../../shared/model/errors.ts'

/** @throws CancelledError as soon as `signal` is aborted; use only for work that changes nothing */
export async function interruptible<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError())
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
