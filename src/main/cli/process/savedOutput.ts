/** The file that an option names. If it is standard output, nothing else is printed there. */
import { InputError } from '../../../shared/model/errors.ts'
import { type Destination, type DestinationOptions, destinationOf, saveFile } from '../../core/index.ts'
import type { Context } from './context.ts'

/**
 * Call it before any work is done.
 * @param option for the message, such as `--output`
 * @throws InputError also for standard output together with `--json`; SystemError
 */
export function destinationFor({ json }: Context, option: string, name: string, options: DestinationOptions = {}): Destination {
  const to = destinationOf(name, options)
  if (json && to.kind === 'stdout') throw new InputError(`${option} ${name} and --json both write to standard output`)
  return to
}

/** @throws SystemError, CancelledError */
export async function save({ output, signal }: Context, to: Destination, content: string | Uint8Array): Promise<void> {
  if (to.kind === 'stdout') await output.text(content)
  else await saveFile(to, content, signal)
}

/** Prints a command's result. If standard output may carry the saved content, the result goes to standard error. */
export function resultBeside({ output }: Context, to: Destination | null): (text: string) => Promise<void> {
  return to === null || to.kind === 'file' ? output.text : output.aside
}
