/** `checksums`: writes the digest of every shard in the format of `sha256sum`, or checks a list of digests. */
import { join } from 'node:path'
import { InputError } from '../../../shared/model/errors.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { checkChecksums, writeChecksums } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT, type ExitCode } from '../process/exitCodes.ts'
import { readText } from '../process/lines.ts'
import { destinationFor, resultBeside, save } from '../process/savedOutput.ts'
import { collectUnread, tellUnread } from '../reports/unread.ts'
import { countOf, countText } from '../text/numbers.ts'

/** `check` is true for the default file. */
export type ChecksumsOptions = { readonly check?: string | true; readonly output?: string }

const DEFAULT_FILE = 'SHA256SUMS'

export const run: Run<ChecksumsOptions> = async (context, { check, output: file }) => {
  if (check !== undefined && file !== undefined) throw new InputError('--output cannot be combined with --check')
  const root = await cacheRootOf(context)
  return check === undefined ? write(context, root, file) : compare(context, root, check === true ? join(root, DEFAULT_FILE) : check)
}

async function write(context: Context, root: string, file: string | undefined): Promise<ExitCode> {
  const { json, output, long } = context
  const to = file === undefined || (file === '-' && json) ? null : destinationFor(context, '--output', file, { root })
  const { unread, onFinding } = collectUnread()
  const text = await writeChecksums(root, { ...long, onFinding })
  const lines = text.split('\n').filter(line => line !== '')
  if (to !== null && to.kind !== 'stdout') await save(context, to, text)
  if (json) {
    const sums = to === null ? lines : undefined
    await output.document({ checked: lines.length, failed: [], missing: [], new: [], output: to === null ? null : file, sums })
  } else if (file === undefined || to === null || to.kind === 'stdout') {
    await output.text(output.isTerminal ? lines.map(line => `${terminalSafe(line)}\n`).join('') : text)
  } else await resultBeside(context, to)(`wrote the checksums of ${countOf(lines.length, 'shard')} to ${terminalSafe(file)}\n`)
  return tellUnread(output, unread, unread.length > 0 ? EXIT.suspect : EXIT.ok)
}

async function compare({ json, output, long, io }: Context, root: string, file: string): Promise<ExitCode> {
  const { unread, onFinding } = collectUnread()
  const { checked, failed, missing, added } = await checkChecksums(root, await readText(file, io), { ...long, onFinding })
  if (json) await output.document({ checked, failed, missing, new: added })
  else {
    const list = (word: string, shards: readonly string[]) => shards.map(shard => `${word} ${terminalSafe(shard)}\n`).join('')
    const counts = `${countText(failed.length)} changed, ${countText(missing.length)} missing, ${countText(added.length)} new`
    await output.text(
      `${list('CHANGED', failed)}${list('MISSING', missing)}${list('NEW    ', added)}checked ${countOf(checked, 'shard')}: ${counts}\n`
    )
  }
  const code = failed.length > 0 ? EXIT.corrupt : missing.length > 0 ? EXIT.notFound : unread.length > 0 ? EXIT.suspect : EXIT.ok
  return tellUnread(output, unread, code)
}
