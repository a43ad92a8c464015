/** Log lines about services that could not log their own end. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { BUG, CLOSED, LOST, lostServices, UP } from '../../src/main/service/data/lostServices.ts'

const { pid: gone } = spawnSync(process.execPath, ['--version'])
const line = (pid: number, time: number, msg: string, more: object = {}): string => JSON.stringify({ level: 30, time, pid, ...more, msg })

test('a service that started and no longer runs is lost, unless a line reports its end', () => {
  expect(lostServices([line(gone, 5, UP), line(gone, 6, 'a job ended'), 'no JSON', '[]'])).toEqual([{ pid: gone, upSinceMs: 5 }])
  expect(lostServices([line(gone, 5, UP), line(gone, 7, CLOSED)])).toEqual([])
  expect(lostServices([line(gone, 5, UP), line(gone, 7, BUG)])).toEqual([])
  expect(lostServices([line(process.ppid, 5, UP)])).toEqual([])
})

test('it is reported once, and its pid may have been reused', () => {
  const reported = [line(gone, 5, UP), line(process.ppid, 6, LOST, { lost: gone })]
  expect(lostServices(reported)).toEqual([])
  expect(lostServices([...reported, line(gone, 9, UP)])).toEqual([{ pid: gone, upSinceMs: 9 }])
})
