/** Handles the contract's calls over any transport. */
import { RPCHandler } from '@orpc/server/websocket'
import { z } from 'zod'
import type { ServiceRouter } from './router.ts'

export type Calls = {
  /** Handles a message. One that is not a call gets no reply, so that no page can end the process that serves all of them. */
  receive(line: Line, message: unknown): void
  /** Cancels pending calls of a closed connection. */
  close(line: Line): void
}

/** Sends replies. */
export type Line = Parameters<RPCHandler<Record<never, never>>['close']>[0]

export function openLine(send: (data: Parameters<Line['send']>[0]) => void): Line {
  return { send: data => send(data), addEventListener: () => undefined }
}

/** The id of a call. Without one, oRPC would drop all pending replies of the connection. */
const named = z.object({ i: z.string().min(1) })

/** Handles calls. The contract's inputs contain no bytes, so that a call is always text. */
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
