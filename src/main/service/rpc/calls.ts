/** The contract's calls as they come over a line, whatever the line is made of. */
import { RPCHandler } from '@orpc/server/websocket'
import { z } from 'zod'
import type { ServiceRouter } from './router.ts'

export type Calls = {
  /** Follows a message. One that is no call gets no answer: no page may end the process that serves all of them. */
  receive(line: Line, message: unknown): void
  /** Ends what is still under way on a line that is gone. */
  close(line: Line): void
}

/** What answers go out through. */
export type Line = Parameters<RPCHandler<Record<never, never>>['close']>[0]

export function openLine(send: (data: Parameters<Line['send']>[0]) => void): Line {
  return { send: data => send(data), addEventListener: () => undefined }
}

/** The name of a call. For one without, oRPC would drop all answers that its line still waits for. */
const named = z.object({ i: z.string().min(1) })

/** Answers calls. No input of the contract has bytes in it, so that a call is always text. */
export function answerCalls(router: ServiceRouter): Calls {
  const handler = new RPCHandler(router)
  return {
    receive: (line, message) => {
      if (typeof message === 'string' && isNamed(message)) handler.message(line, message, { context: {} }).catch(() => undefined)
    },
    close: line => handler.close(line)
  }
}

function isNamed(text: string): boolean {
  try {
    return named.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
