/**
 * The service as a process: opens it and answers the contract on every port that comes in, until the desktop says stop or is gone.
 * Runs as Electron's utility process, which is sent ports, and as a plain Node, which is sent what ports carry.
 */
import { RPCHandler } from '@orpc/server/message-port'
import type { ParentPort } from 'electron'
import { createService } from '../service/index.ts'
import { type BridgeMessage, isBridgeMessage, portable } from './bridgedPort.ts'

const service = createService()
const handler = new RPCHandler(service.router)
const desktop: ParentPort | undefined = process.parentPort
if (desktop === undefined) listenToChannel()
else listenToPorts(desktop)

function listenToPorts(parent: ParentPort): void {
  parent.on('message', ({ data, ports }) => {
    if (isBridgeMessage(data) && data.kind === 'stop') void stop()
    for (const port of ports) {
      handler.upgrade(port, { context: {} })
      port.start()
    }
  })
}

function listenToChannel(): void {
  const lines = new Map<number, Line>()
  process.on('message', message => {
    if (!isBridgeMessage(message)) return
    if (message.kind === 'stop') return void stop()
    if (message.kind === 'connect') {
      const line = openLine(message.port)
      lines.set(message.port, line)
      handler.upgrade(line, { context: {} })
    } else if (message.kind === 'data') lines.get(message.port)?.receive(message.data)
    else {
      lines.get(message.port)?.end()
      lines.delete(message.port)
    }
  })
  process.on('disconnect', () => void stop())
}

/** One port's share of the channel. */
type Line = {
  readonly on: (event: string, listener: (event?: { data: unknown }) => void) => void
  readonly postMessage: (data: unknown) => void
  readonly receive: (data: unknown) => void
  readonly end: () => void
}

function openLine(port: number): Line {
  const listeners = new Map<string, (event?: { data: unknown }) => void>()
  return {
    on: (event, listener) => listeners.set(event, listener),
    postMessage: data => {
      const message: BridgeMessage = { kind: 'data', port, data: portable(data) }
      // Answers to a desktop that is just going away reach nobody.
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
    },
    receive: data => listeners.get('message')?.({ data }),
    end: () => listeners.get('close')?.()
  }
}

async function stop(): Promise<void> {
  await service.close()
  process.exit(0)
}
