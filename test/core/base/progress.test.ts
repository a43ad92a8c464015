/** Progress is reported at a limited rate, and always at the end. */
import { expect, test } from 'vitest'
import { ProgressMeter } from '../../../src/main/core/base/progress.ts'
import type { Progress } from '../../../src/shared/model/report.ts'

function reported(total: number, steps: number): readonly Progress[] {
  const heard: Progress[] = []
  const meter = new ProgressMeter(progress => heard.push(progress), 'read', total)
  for (let i = 0; i < steps; i++) meter.step(`shard ${i}`, 2)
  meter.end()
  meter.end()
  return heard
}

test('an interrupted operation reports the work done so far', () => {
  expect(reported(100, 7).map(({ done }) => done)).toEqual([1, 7])
  expect(reported(100, 7).at(-1)).toMatchObject({ phase: 'read', done: 7, total: 100, bytesDone: 14, shardPath: 'shard 6' })
})

test('an operation that completes, or has not started, reports nothing twice', () => {
  expect(reported(7, 7).map(({ done }) => done)).toEqual([1, 7])
  expect(reported(7, 0)).toEqual([])
})
