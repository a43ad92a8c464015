/**
 * The only way from the window to the service: the contract over the MessagePort that the desktop provides, or over a WebSocket in a
 * browser. A lost connection is a state that the window shows. `reconnect` ends it.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../shared/contract/index.ts'
import type { DesktopBridge } from '../../shared/desktopBridge.ts'

export type Client = ContractRouterClient<Contract>

/** An open connection. */
export type Connection = {
  readonly client: Client
  /** Settles when the service or the connection is gone. */
  readonly lost: Promise<void>
}

/** The interface of the desktop's preload script. Absent in a browser. */
export function desktop(): DesktopBridge | null {
  return window.lewmDesktop ?? null
}

/** Connects through the desktop's port, or through a WebSocket in a browser. */
export function connect(): Promise<Connection> {
  const bridge = desktop()
  return bridge === null ? connectSocket() : connectPort(bridge)
}

function connectPort(bridge: DesktopBridge): Promise<Connection> {
  return new Promise(resolve => {
    const receive = (event: MessageEvent): void => {
      const [port] = event.ports
      if (event.source !== window || event.data !== 'lewm:port' || port === undefined) return
      window.removeEventListener('message', receive)
      port.start()
      const lost = new Promise<void>(gone => {
        bridge.onServiceGone(() => {
          port.close()
          gone()
        })
      })
      resolve({ client: createORPCClient(new PortLink({ port })), lost })
    }
    window.addEventListener('message', receive)
    bridge.requestPort()
  })
}

function connectSocket(): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`)
    socket.addEventListener('open', () => {
      // The link gets the event first, so its calls end before the window could cancel them over a closed connection.
      const client: Client = createORPCClient(new SocketLink({ websocket: socket }))
      const lost = new Promise<void>(gone => socket.addEventListener('close', () => gone()))
      resolve({ client, lost })
    })
    socket.addEventListener('error', () => reject(new Error('the service cannot be reached')))
  })
}
