/** The contract over WebSockets at `/rpc`, only for pages of this server that hold the cookie. Dead connections are closed. */
import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerCalls, openLine, type Service } from '../service/index.ts'
import type { Access } from './access.ts'
import { hasBody } from './answer.ts'
import type { Connections } from './connections.ts'
import { type RequestHead, readHead } from './requestHead.ts'

const RPC_PATH = '/rpc'

/** A plan of a large cache is the largest message that a page sends. */
const MAX_MESSAGE_BYTES = 64 * 2 ** 20
const MAX_SOCKETS = 64
const PING_MS = 30_000

/**
 * Handles the server's upgrade requests until `close`.
 * @param onBug called for an upgrade or a message that failed because of a bug; its connection is closed
 */
export function openSockets(
  server: Server,
  router: Service['router'],
  access: Access,
  connections: Connections,
  onBug: (error: unknown) => void
): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  const calls = answerCalls(router)
  const answering = new WeakSet<WebSocket>()
  server.on('upgrade', (request, stream, head) => {
    const status = refusalOf(readHead(request), access) ?? (sockets.clients.size < MAX_SOCKETS ? null : 503)
    if (status !== null) return refuse(stream, status)
    connections.admit(stream)
    try {
      sockets.handleUpgrade(request, stream, head, takeUp)
    } catch (error) {
      onBug(error)
      stream.destroy()
    }
  })
  const takeUp = (socket: WebSocket): void => {
    // Frames that violate the protocol end the connection, and `close` follows.
    socket.on('error', () => undefined)
    answering.add(socket)
    socket.on('pong', () => answering.add(socket))
    const line = openLine(socket.send.bind(socket))
    socket.addEventListener('message', ({ data }) => {
      try {
        calls.receive(line, data)
      } catch (error) {
        onBug(error)
        socket.terminate()
      }
    })
    socket.on('close', () => calls.close(line))
  }
  const ping = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!answering.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }, PING_MS)
  return {
    close: () => {
      clearInterval(ping)
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    }
  }
}

/** Null for a request that may be upgraded. Browsers always name the page, so a request without one is refused. */
function refusalOf(head: RequestHead, access: Access): number | null {
  if (head.isAmbiguous) return 400
  if (access.hostOf(head) === null) return 421
  if (head.method !== 'GET') return 405
  if (hasBody(head)) return 413
  if (head.header('origin') === undefined || !access.isOurs(head) || !access.isKnown(head)) return 403
  return head.target === RPC_PATH ? null : 404
}

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => undefined)
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy())
}
