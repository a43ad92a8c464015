/** The query thread: handles requests as they arrive. Long ones yield to others. */
import { parentPort } from 'node:worker_threads'
import { faultOf } from '../threads/messages.ts'
import type { Question } from './answers.ts'
import { ANSWERS } from './answers.ts'

export type ReaderOrder =
  | { readonly type: 'ask'; readonly id: number; readonly question: Question; readonly input: never }
  | { readonly type: 'cancel'; readonly id: number }

/** Handles requests until the thread is terminated. */
export function answerQuestions(): void {
  const running = new Map<number, AbortController>()
  parentPort?.on('message', (order: ReaderOrder) => {
    if (order.type === 'cancel') {
      running.get(order.id)?.abort()
      return
    }
    const controller = new AbortController()
    running.set(order.id, controller)
    void answer(order, controller.signal).finally(() => running.delete(order.id))
  })
}

async function answer({ id, question, input }: Extract<ReaderOrder, { type: 'ask' }>, signal: AbortSignal): Promise<void> {
  try {
    parentPort?.postMessage({ id, answer: await ANSWERS[question](input, signal) })
  } catch (error) {
    parentPort?.postMessage({ id, fault: faultOf(error) })
  }
}
