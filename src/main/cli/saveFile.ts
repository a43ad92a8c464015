/** A file that is asked for with an option appears whole or not at all; a pipe or a device is written to as it is. */
import { realpathSync, statSync, writeFileSync } from 'node:fs'
import { writeFileDurably } from '../core/durableFile.ts'
import { asSystemError, failedWith } from '../core/systemError.ts'

/**
 * Through a symbolic link the file behind it is replaced, never the link (`/dev/stdout` is one).
 * @throws SystemError
 */
export function saveFile(file: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  try {
    const target = realpathSync(file)
    if (statSync(target).isFile()) writeFileDurably(target, [bytes])
    else writeFileSync(target, bytes)
  } catch (error) {
    if (failedWith(error, 'ENOENT')) writeFileDurably(file, [bytes])
    else throw asSystemError(error, 'write', file)
  }
}
