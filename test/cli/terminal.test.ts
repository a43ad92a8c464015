/** Output to a terminal: escape sequences only if the terminal supports them. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { commandLine } from './lewmCache.ts'

const ESCAPE = '\x1b'

describeWith('python', 'on a terminal', python => {
  /** The complete output of `verify` to a terminal. */
  function shown(env: NodeJS.ProcessEnv): string {
    const script = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'
    const { stdout } = spawnSync(python, ['-c', script, ...commandLine.split(' '), 'verify', '--cache', referenceCache('damaged')], {
      env: { PATH: process.env.PATH, HOME: temporaryFolder(), ...env },
      encoding: 'utf8'
    })
    expect(stdout).toMatch(/checked \d+ shards/)
    return stdout
  }

  test.each([{ TERM: 'dumb' }, { TERM: 'unknown' }, { TERM: '' }, {}])('%j gets none', env => {
    expect(shown(env)).not.toContain(ESCAPE)
  })

  test('any other gets a progress bar', () => {
    expect(shown({ TERM: 'xterm-256color' })).toContain(ESCAPE)
  })
})
