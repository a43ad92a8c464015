/** Small JSON files of the program: written completely or not at all, and never a reason not to start. */
import { renameSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'
import { asSystemError, readSmallJson } from '../../core/index.ts'

/** The contents of a file; `otherwise` if it does not exist or is invalid. */
export function readDataFile<T>(file: string, schema: z.ZodType<T>, otherwise: T): T {
  try {
    return schema.parse(readSmallJson(file))
  } catch {
    // Its contents are not worth preventing a start.
    return otherwise
  }
}

/**
 * Replaces a file in one step. It is not synced: losing it in a power failure matters less than a pause of the service.
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
