/** Sentences in the window begin with a capital. Column names stay as they are. */
import { expect, test } from 'vitest'
import { capital } from '../../../src/renderer/text/index.ts'

test.each([
  ['the file is empty', 'The file is empty'],
  ['8 bytes follow the end', '8 bytes follow the end'],
  ['window_hash should hold 32 bytes', 'window_hash should hold 32 bytes'],
  ['', '']
])('%s', (text, shown) => {
  expect(capital(text)).toBe(shown)
})
