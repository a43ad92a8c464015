/**
 * Limits the open connections without the cookie. Every user of the machine can open connections. The oldest is closed to make room for the
 * next, so that a request that is sent at once always gets a response.
 */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** A browser opens six. */
const MAX_PER_ADDRESS = 64
/** All of 127.0.0.0/8 are addresses of this machine. */
const MAX_IN_ALL = 256

export type Connections = {
  /** The connection belongs to a page with the cookie, so it is no longer limited. */
  admit(connection: Duplex): void
}

export function limitConnections(server: Server): Connections {
  /** The oldest first, each with its address. */
  const waiting = new Map<Duplex, string | undefined>()
  server.on('connection', connection => {
    waiting.set(connection, connection.remoteAddress)
    connection.once('close', () => waiting.delete(connection))
    const ofAddress = [...waiting].filter(([, address]) => address === connection.remoteAddress)
    const oldest =
      ofAddress.length > MAX_PER_ADDRESS ? ofAddress[0]?.[0] : waiting.size > MAX_IN_ALL ? waiting.keys().next().value : undefined
    if (oldest === undefined) return
    waiting.delete(oldest)
    oldest.destroy()
  })
  return { admit: connection => void waiting.delete(connection) }
}
