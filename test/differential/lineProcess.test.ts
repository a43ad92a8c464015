/** geno_lewm's process may crash or hang on a file. Only that file is reported, and all others are still read. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { LineProcess } from './peer/lineProcess.ts'

const script = join(temporaryFolder(), 'answers.mjs')
writeFileSync(
  script,
  `import { createInterface } from 'node:readline'
createInterface({ input: process.stdin }).on('line', line => {
  const question = JSON.parse(line)
  if (question === 'die') process.kill(process.pid, 'SIGSEGV')
  if (question === 'fail') throw new Error('no good')
  if (question === 'hang') for (;;);
  console.log('answer to ' + question)
})`
)
const child = new LineProcess(process.execPath, [script], 5_000)
afterAll(() => child.end())

test('answers are in order, and a crash or a hang is the answer to its own request', async () => {
  const answers = await Promise.all(['one', 'die', 'two', 'fail', 'three', 'hang', 'four'].map(question => child.ask(question)))
  const [one, die, two, fail, three, hang, four] = answers
  expect([one, two, three, four]).toEqual(['answer to one', 'answer to two', 'answer to three', 'answer to four'])
  expect(die).toMatchObject({ ended: 'crashed', how: expect.stringContaining('SIGSEGV') })
  expect(fail).toMatchObject({ ended: 'crashed', how: expect.stringContaining('exit code 1') })
  expect(hang).toMatchObject({ ended: 'timed out' })
  expect(child.restarts).toBe(3)
})

test('it accepts requests again after its end', async () => {
  await child.end()
  expect(await child.ask('five')).toBe('answer to five')
})
