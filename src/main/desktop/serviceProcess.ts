/**
 * The service as a process: opens it and serves the contract on every port that arrives, until the desktop stops it or exits. Runs as
 * Electron's utility process, which receives ports, or as a plain Node, which receives the messages of ports.
 */
import { setFlagsFromString } from 'node:v8'
import type { ParentPort } from 'electron'
import { InputError, limitsFromEnvironment, linkPolicyFromEnvironment, setLimits, setLinkPolicy } from '../core/index.ts'
import { ignoreDebuggerSignal } from '../page/noDebugger.ts'
import { answerCalls, createService, type Line, openLine } from '../service/index.ts'
import { type BridgeMessage, isBridgeMessage, portable } from './bridgedPort.ts'

ignoreDebuggerSignal()
// Code that is optimized for size takes 40 % more time to verify.
setFlagsFromString('--no-optimize-for-size')
takeLimits()
const service = createService()
const calls = answerCalls(service.router)
const desktop: ParentPort | undefined = process.parentPort
if (desktop === undefined) listenToChannel()
else listenToPorts(desktop)

/** A wrong setting is reported on standard error, for starts without the command line. The window opens nevertheless. */
function takeLimits(): void {
  try {
    setLimits(limitsFromEnvironment())
    setLinkPolicy(linkPolicyFromEnvironment())
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    process.stderr.write(`the limits are unchanged: ${error.message}\n`)
  }
}

function listenToPorts(parent: ParentPort): void {
  parent.on('message', ({ data, ports }) => {
    if (isBridgeMessage(data) && data.kind === 'stop') void stop()
    for (const port of ports) {
      const line = openLine(data => port.postMessage(data))
      port.on('message', ({ data }) => calls.receive(line, data))
      port.on('close', () => calls.close(line))
      port.start()
    }
  })
}

function listenToChannel(): void {
  const lines = new Map<number, Line>()
  process.on('message', message => {
    if (!isBridgeMessage(message)) return
    if (message.kind === 'stop') return void stop()
    const { port } = message
    const line = lines.get(port)
    if (message.kind === 'connect') lines.set(port, openChannelLine(port))
    else if (line === undefined) return
    else if (message.kind === 'data') calls.receive(line, message.data)
    else {
      calls.close(line)
      lines.delete(port)
    }
  })
  process.on('disconnect', () => void stop())
}

/** One port's share of the channel. */
function openChannelLine(port: number): Line {
  return openLine(given => {
    const data = portable(given)
    if (data === null) return
    const message: BridgeMessage = { kind: 'data', port, data }
    // Replies to a desktop that is exiting are lost.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
  })
}

async function stop(): Promise<void> {
  await service.close()
  process.exit(0)
}
