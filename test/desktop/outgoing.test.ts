/** Nothing leaves the machine: neither the window nor Chromium contacts another host. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { describeWith, requireStrace } from '../support/capabilities.ts'
import { abroad, networkTrace } from '../support/networkTrace.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { call, startDesktop } from './desktop.ts'

/** Chromium makes its own requests some seconds after the start. */
const WATCHED_MS = 10_000

describeWith('electron', 'the desktop program', executable => {
  test('contacts no other host while it starts, shows the sample, and is idle', { timeout: 240_000 }, async context => {
    const strace = requireStrace()
    if (strace === null) return context.skip()
    const folder = temporaryFolder()
    const trace = join(folder, 'trace')
    const traced = join(folder, 'electron')
    const command = [strace, ...networkTrace(trace), executable].map(word => `'${word}'`).join(' ')
    writeFileSync(traced, `#!/bin/sh\nexec ${command} "$@"\n`)
    chmodSync(traced, 0o755)
    const { app, page } = await startDesktop(traced)
    expect((await call(page, '/caches/openSample', { damaged: true })).status).toBe(200)
    await page.evaluate(() => fetch('https://example.org/').catch(() => undefined))
    await pause(WATCHED_MS)
    await app.close()
    const lines = readFileSync(trace, 'utf8')
    // The trace is valid: it contains the communication between the processes.
    expect(lines).toMatch(/socketpair\(AF_UNIX|connect\(\d+, \{sa_family=AF_UNIX/)
    expect(abroad(lines)).toEqual([])
  })
})
