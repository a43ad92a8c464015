/** How the service's thread divides its time: in turns of the event loop, for any number of simultaneous calls. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makePauses, makeTurns } from '../../src/main/service/threads/fairQueue.ts'

/** Counts turns of the event loop until it is stopped. */
function countTurns(): { readonly turn: () => number; readonly stop: () => void } {
  let turns = 0
  let going = true
  void (async () => {
    for (; going; turns++) await setImmediate()
  })()
  return { turn: () => turns, stop: () => (going = false) }
}

test('simultaneous calls get a turn each, low-priority ones after all others', async () => {
  const turns = makeTurns()
  const { turn, stop } = countTurns()
  const order: string[] = []
  const at: number[] = []
  const call = async (name: string, patient: boolean): Promise<void> => {
    await turns(patient)
    order.push(name)
    at.push(turn())
  }
  await Promise.all([call('tree', true), call('lane', true), call('page', false), call('summary', false)])
  stop()
  expect(order).toEqual(['page', 'summary', 'tree', 'lane'])
  expect(new Set(at).size).toBe(4)
  await call('later', true)
  expect(order.at(-1)).toBe('later')
})

test('a loop that yields never exceeds its time budget without a turn for others', async () => {
  const { turn, stop } = countTurns()
  const breathe = makePauses(0)
  const seen: number[] = []
  for (let i = 0; i < 5; i++) {
    await breathe()
    seen.push(turn())
  }
  stop()
  expect(new Set(seen).size).toBe(5)
  const patient = makePauses(60_000)
  expect(patient()).toBeUndefined()
})
