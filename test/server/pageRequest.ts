/** Requests that no browser would send: any header, any form of a path. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

/** @param path sent unchanged */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string | string[]>; body?: string } = {}
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    // The answer to an unread body may be followed by a reset.
    asked.on('error', reject)
    asked.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: '' })
    })
    asked.end(body)
  })
}

/** Sends text unchanged and returns everything until the server closes the connection. */
export function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.setEncoding('utf8').on('data', chunk => {
      reply += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(reply))
  })
}

/** The headers of a browser's request for a WebSocket. */
export function upgradeHeaders(origin: string | null, cookie: string | null): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...(origin !== null && { Origin: origin }),
    ...(cookie !== null && { Cookie: cookie })
  }
}

/** Exchanges the token of a printed address for the cookie, `name=value`. */
export async function cookieOf(port: number, url: string): Promise<string> {
  const { headers } = await ask(port, url.slice(new URL(url).origin.length))
  const [cookie] = headers['set-cookie'] ?? []
  if (cookie === undefined) throw new Error('no cookie was set')
  return cookie.split(';', 1)[0] ?? ''
}
