/**
 * `npm run dev:web [-- DIR]`: the window in a browser, from its sources. A change of the page is shown at once; a change of the service
 * restarts it. Vite is a proxy for the real server, and passes on its connection with the cookie that it gets for the token.
 */
import { spawn } from 'node:child_process'
import { createServer as listenOn } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'

const ROOT = join(import.meta.dirname, '..')
const [folder] = process.argv.slice(2)

const port = await freePort()
let cookie = ''
const service = spawn(
  process.execPath,
  [
    ...['src/main', 'src/shared'].map(path => `--watch-path=${join(ROOT, path)}`),
    '--watch-preserve-output',
    join(ROOT, 'src/main/cli/main.ts'),
    ...['serve', '--json', `--port=${port}`],
    ...(folder === undefined ? [] : [folder])
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] }
)
const page = await createServer({
  configFile: false,
  root: join(ROOT, 'src/renderer'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: {
      '/rpc': {
        target: `http://127.0.0.1:${port}`,
        ws: true,
        changeOrigin: true,
        configure: proxy =>
          proxy.on('proxyReqWs', request => {
            request.setHeader('cookie', cookie)
            request.setHeader('origin', `http://127.0.0.1:${port}`)
          })
      }
    }
  }
})
await page.listen()

for await (const line of createInterface(service.stdout)) {
  const url = urlIn(line)
  if (url === null) continue
  const answer = await fetch(url, { redirect: 'manual' })
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  const opened = new URLSearchParams(folder === undefined ? {} : { open: folder })
  process.stdout.write(`${page.resolvedUrls?.local[0] ?? ''}#${opened}\n`)
}
await page.close()

function urlIn(line: string): string | null {
  try {
    const said: unknown = JSON.parse(line)
    return typeof said === 'object' && said !== null && 'url' in said && typeof said.url === 'string' ? said.url : null
  } catch {
    // What Node says of its watching.
    return null
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = listenOn().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port is free'))))
    })
  })
}
