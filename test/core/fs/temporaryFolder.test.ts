/** Temporary files of a killed process are removed eventually. Those of live processes and other programs never are. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeTemporaryFolder } from '../../../src/main/core/fs/temporaryFolder.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

test('only old folders of its name are removed, if their process no longer runs', () => {
  const place = temporaryFolder()
  vi.stubEnv('TMPDIR', place)
  const dead = spawnSync(process.execPath, ['-e', '']).pid
  const stays = [`lewm-test-${process.pid}-old`, `lewm-other-${dead}-old`, 'lewm-test-old', `lewm-test-${dead}-new`]
  for (const name of [...stays, `lewm-test-${dead}-old`]) {
    mkdirSync(join(place, name, 'inside'), { recursive: true })
    if (name.endsWith('old')) utimesSync(join(place, name), 1, 1)
  }
  const made = makeTemporaryFolder('lewm-test-')
  vi.unstubAllEnvs()
  expect(existsSync(made)).toBe(true)
  expect(readdirSync(place).sort()).toEqual([...stays, basename(made)].sort())
})

test('if $TMPDIR is missing, the next folder is used', () => {
  vi.stubEnv('TMPDIR', join(temporaryFolder(), 'missing'))
  const made = makeTemporaryFolder('lewm-test-')
  vi.unstubAllEnvs()
  expect(dirname(made)).toBe('/tmp')
  rmSync(made, { recursive: true })
})
