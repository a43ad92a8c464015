import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXCEPTIONS } from './exceptions.ts'

test('docs/trust.md lists exactly the exceptions that the comparison with geno_lewm accepts', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/trust.md'), 'utf8')
  // Up to the other direction, which has a separate table.
  const section = text.split(/\n###? /).find(each => each.startsWith('Accepted exceptions to the verdict of GenoLeWM'))
  const listed = (section ?? '')
    .split('\n')
    .flatMap(line => /^\| (?!verdict |---)([a-z]+) \| (.+?) \| .+ \|$/.exec(line)?.slice(1, 3).join(': ') ?? [])
  expect(listed).toEqual([
    ...EXCEPTIONS.corrupt.map(({ title }) => `damaged: ${title}`),
    ...EXCEPTIONS.unsupported.map(({ title }) => `unsupported: ${title}`)
  ])
})
