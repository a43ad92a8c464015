/**
 * Serves the page and the contract on 127.0.0.1, for machines without a display. Accepts only GET and HEAD without a body, small headers,
 * and a short time for each. Everything requires the cookie for which the printed token is exchanged, and no request ends the server.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Router } from '@orpc/server'
import type { Contract } from '../../shared/contract/index.ts'
import { asSystemError } from '../core/index.ts'
import type { Assets } from '../page/assets.ts'
import { securityHeaders } from '../page/securityHeaders.ts'
import { openAccess } from './access.ts'
import { answerTo } from './answer.ts'
import { limitConnections } from './connections.ts'
import { readHead } from './requestHead.ts'
import { openSockets } from './sockets.ts'

export type PageServer = {
  /** With the token. The first client that uses it has access to the caches of this user. */
  readonly url: string
  readonly port: number
  /** Closes every connection, also active ones. */
  close(): Promise<void>
}

export type PageServerOptions = {
  readonly router: Router<Contract, Record<never, never>>
  readonly assets: Assets
  /** 0 for any free port. */
  readonly port: number
  /** Absolute path of the folder that the page opens first. */
  readonly folder: string | null
  /** ms until a request must have arrived. */
  readonly patienceMs?: number
  /** Called for a request that failed because of a bug. */
  readonly onBug?: (error: unknown) => void
}

const HOST = '127.0.0.1'
const MAX_HEADER_BYTES = 8192
const PATIENCE_MS = 10_000

/** @throws SystemError if the port is not available */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const { router, assets, port, folder, patienceMs = PATIENCE_MS, onBug = () => undefined } = options
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: patienceMs,
    requestTimeout: patienceMs,
    connectionsCheckingInterval: patienceMs / 10,
    keepAliveTimeout: 5_000
  })
  // Node drops headers beyond a count. The limit on their size refuses the request.
  server.maxHeadersCount = 0
  const connections = limitConnections(server)
  const actualPort = await listen(server, port)
  // A failed connection affects only its peer.
  server.on('error', () => undefined)
  const access = openAccess(actualPort)
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const head = readHead(request)
    const { status, headers, body, isKnown } = answerTo(head, access, assets, folder)
    if (isKnown) connections.admit(request.socket)
    // A name that is not accepted must not get into a policy.
    const host = access.hostOf(head) ?? `${HOST}:${actualPort}`
    response.writeHead(status, {
      ...securityHeaders(`ws://${host}`),
      ...headers,
      ...(!isKnown && { Connection: 'close' }),
      'Content-Length': Buffer.byteLength(body)
    })
    response.end(head.method === 'HEAD' ? undefined : body)
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    try {
      respond(request, response)
    } catch (error) {
      onBug(error)
      request.socket.destroy()
    }
  }
  server.on('request', answer)
  // `Expect: 100-continue` is refused, because no request may have a body.
  server.on('checkContinue', answer)
  const sockets = openSockets(server, router, access, connections, onBug)
  return {
    url: `http://${HOST}:${actualPort}/?token=${access.token}`,
    port: actualPort,
    close: () =>
      new Promise(resolve => {
        sockets.close()
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      try {
        reject(asSystemError(error, 'listen on', `${HOST}:${port}`))
      } catch (bug) {
        reject(bug)
      }
    })
    server.listen({ host: HOST, port }, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('a TCP server has an address'))
      resolve(address.port)
    })
  })
}
