/** Finds the file that a thread runs: its source, or the entry of the bundle. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'

/**
 * @param name of the module, without extension; the bundle has an entry of the same name
 * @param sources the folder of the module where the program runs from its sources
 * @throws SystemError if this installation lacks the file
 */
export function threadFile(name: string, sources: string): string {
  // The bundler may move this code into a chunk, one folder below the entries.
  const places = [join(sources, `${name}.ts`), join(import.meta.dirname, `${name}.cjs`), join(import.meta.dirname, '..', `${name}.cjs`)]
  const file = places.find(existsSync)
  if (file === undefined) throw new SystemError(`a part of this installation is missing: ${name}.cjs`, { looked_at: places })
  return file
}
