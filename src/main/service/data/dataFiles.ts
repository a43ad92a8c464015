/** Small JSON files of the program's own: whole or not there, and never a reason not to start. */
import { renameSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'
import { asSystemError, readSmallJson } from '../../core/index.ts'

/** What a file holds; `otherwise` when it is not there or not as it should be. */
export function readDataFile<T>(file: string, schema: z.ZodType<T>, otherwise: T): T {
  try {
    return schema.parse(readSmallJson(file))
  } catch {
    // Nothing in it is worth more than a program that starts.
    return otherwise
  }
}

/**
 * Replaces a file in one step. It is not waited for the disk: what a power cut takes with it is not worth a pause of the service.
 * @throws SystemError
 */
export function writeDataFile(file: string, value: unknown): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`)
    renameSync(temporary, file)
  } catch (error) {
    throw asSystemError(error, 'write', file)
  }
}
