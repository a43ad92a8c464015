/** Small JSON files of the program's own: whole or not there, and never a reason not to start. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { writeFileDurably } from '../core/index.ts'

/** What a file holds; `otherwise` when it is not there or not as it should be. */
export function readDataFile<T>(file: string, schema: z.ZodType<T>, otherwise: T): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Nothing in it is worth more than a program that starts.
    return otherwise
  }
}

/** @throws SystemError */
export function writeDataFile(file: string, value: unknown): void {
  writeFileDurably(file, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)])
}
