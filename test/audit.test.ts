/**
 * No dependency has a known vulnerability, according to the registry, through npm. Most of the dependencies of the installed program are in
 * the bundles.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const BULK = '/-/npm/v1/security/advisories/bulk'

/** The output of npm: the packages with an advisory, or the reason why it could not ask. */
type Audit = { readonly affected: readonly string[] } | { readonly unasked: string }

async function auditAll(...switches: string[]): Promise<Audit> {
  const shell = process.platform === 'win32'
  const words = ['audit', '--json', '--fetch-retries=0', ...switches]
  const text = await new Promise<string>(resolve => execFile('npm', words, { cwd: ROOT, shell }, (_, stdout) => resolve(stdout)))
  const reported: { vulnerabilities?: Record<string, unknown>; message?: string } = JSON.parse(text)
  return reported.vulnerabilities ? { affected: Object.keys(reported.vulnerabilities) } : { unasked: reported.message ?? text }
}

/** A local registry that answers requests for advisories. */
async function auditAt(status: number, advisories: object): Promise<Audit> {
  const server = createServer((request, response) => {
    const [code, body] = request.url === BULK ? [status, advisories] : [404, {}]
    request.resume().on('end', () => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the registry has no port')
  try {
    return await auditAll(`--registry=http://127.0.0.1:${address.port}/`)
  } finally {
    server.close()
  }
}

test('npm audit finds nothing', { timeout: 120_000 }, async context => {
  const audit = await auditAll()
  if ('unasked' in audit) context.skip(`SKIPPED: npm audit, because this registry does not answer it (${audit.unasked})`)
  expect(audit).toEqual({ affected: [] })
})

test('an advisory would be found, and a registry that does not answer does not count as clean', { timeout: 120_000 }, async () => {
  const advisory = { id: 1, url: 'https://example.org/1', title: 'made up', severity: 'low', vulnerable_versions: '*', cwe: [] }
  // Packages that depend on it are affected as well.
  expect(await auditAt(200, { ws: [advisory] })).toMatchObject({ affected: expect.arrayContaining(['ws']) })
  expect(await auditAt(200, {})).toEqual({ affected: [] })
  expect(await auditAt(405, {})).toMatchObject({ unasked: expect.stringContaining('405') })
})
