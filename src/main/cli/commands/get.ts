/** `get`: `read_embedding` of `geno_lewm`, for one key or for many in order, as text, JSON or a float16 matrix. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hexText } from '../../../shared/json.ts'
import { InputError, NotFoundError } from '../../../shared/model/errors.ts'
import type { Embedding, RowPlace, WindowKey } from '../../../shared/model/record.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { type Destination, INDEX_DB_NAME, readEmbeddings } from '../../core/index.ts'
import { type GivenKey, isKeyGiven, keyOfOptions } from '../options/keyOptions.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT, type ExitCode } from '../process/exitCodes.ts'
import { interruptible } from '../process/interruptible.ts'
import { destinationFor, resultBeside, save } from '../process/savedOutput.ts'
import { npyFloat16 } from '../text/npy.ts'
import { countOf, countText } from '../text/numbers.ts'
import { keyFields, placeFields } from '../text/rowFields.ts'
import { vectorText } from '../text/vectorText.ts'

export type GetOptions = GivenKey & {
  readonly keys?: string
  readonly format?: 'npy'
  readonly output?: string
}

type Found = { readonly place: RowPlace; readonly embedding: Embedding } | null

export const run: Run<GetOptions> = async (context, options) => {
  if ((options.format === undefined) !== (options.output === undefined))
    throw new InputError('--format npy requires --output FILE, and --output requires --format npy')
  const root = await cacheRootOf(context)
  const { output: file, keys: keysFile } = options
  const to = file === undefined ? null : destinationFor(context, '--output', file, { root, inputs: [keysFile] })
  const keys = await keysOf(context, options)
  const found = await interruptible(context.signal, readEmbeddings(root, keys))
  if (file !== undefined && to !== null) return saveMatrix(context, file, to, keys, found)
  if (options.keys !== undefined) return printMany(context, root, keys, found)
  return printOne(context, root, keys, found)
}

async function keysOf({ io }: Context, options: GetOptions): Promise<readonly WindowKey[]> {
  if (options.keys !== undefined) {
    if (isKeyGiven(options)) throw new InputError('give either --keys FILE or one key with its six options, not both')
    const { readKeys } = await import('../options/records.ts')
    return readKeys(options.keys, io)
  }
  const given = keyOfOptions(options)
  if ('key' in given) return [given.key]
  const { missing } = given
  throw new InputError(`a key has six parts (or use --keys FILE); missing: ${missing.join(', ')}`, { missing })
}

/** Without an index, no key is found, even if a shard holds it. */
const NO_INDEX = 'there is no index, so no key can be found; run `lewm-cache reindex` to build one'

function noIndex(root: string): boolean {
  return !existsSync(join(root, 'embeddings', INDEX_DB_NAME))
}

async function printOne(
  { json, output }: Context,
  root: string,
  keys: readonly WindowKey[],
  [found = null]: readonly Found[]
): Promise<ExitCode> {
  const [key] = keys
  if (json) await output.document(foundFields(key, found))
  else if (found === null) await output.note(`lewm-cache: not found: ${noIndex(root) ? NO_INDEX : 'the index has no row with this key'}`)
  else await output.text(`${placeText(found.place)}\n${vectorText(found.embedding)}\n`)
  return found === null ? EXIT.notFound : EXIT.ok
}

async function printMany({ json, output }: Context, root: string, keys: readonly WindowKey[], found: readonly Found[]): Promise<ExitCode> {
  for (const [at, key] of keys.entries()) {
    if (output.closed()) break
    const row = found[at] ?? null
    if (json) await output.document(foundFields(key, row))
    else
      await output.text(
        `${hexText(key.windowHash)}  ${row === null ? 'not found' : `${placeText(row.place)}  ${vectorText(row.embedding)}`}\n`
      )
  }
  const misses = found.filter(row => row === null).length
  if (misses > 0)
    await output.note(`lewm-cache: ${countText(misses)} of ${countOf(keys.length, 'key')} not found${noIndex(root) ? `: ${NO_INDEX}` : ''}`)
  return EXIT.ok
}

async function saveMatrix(
  context: Context,
  file: string,
  to: Destination,
  keys: readonly WindowKey[],
  found: readonly Found[]
): Promise<ExitCode> {
  const rows = found.map((row, at) => {
    const key = keys[at]
    if (row === null || key === undefined) throw missingKey(key, at, found)
    return row.embedding
  })
  const values = rows[0]?.length
  if (values === undefined) throw new InputError('no keys were given, so there is no matrix to write')
  const odd = rows.findIndex(row => row.length !== values)
  if (odd >= 0) {
    const message = `a matrix needs embeddings of equal length: key 1 has ${countOf(values, 'dimension')}, key ${odd + 1} has ${countText(rows[odd]?.length ?? 0)}`
    throw new InputError(message, { key: odd + 1, values: rows[odd]?.length, expected: values })
  }
  await save(context, to, npyFloat16(rows, values))
  if (context.json) await context.output.document({ output: file, rows: rows.length, values, dtype: 'float16' })
  else if (to.kind !== 'stdout')
    await resultBeside(context, to)(`wrote ${countText(rows.length)} x ${countText(values)} float16 to ${terminalSafe(file)}\n`)
  return EXIT.ok
}

function missingKey(key: WindowKey | undefined, at: number, found: readonly Found[]): NotFoundError {
  const misses = found.filter(row => row === null).length
  const hash = key === undefined ? '' : hexText(key.windowHash)
  const message = `${countText(misses)} of ${countOf(found.length, 'key')} not found, first key ${at + 1} (window ${hash}); nothing was written`
  return new NotFoundError(message, { missing: misses, first: at + 1, key: key === undefined ? null : { ...keyFields(key) } })
}

function foundFields(key: WindowKey | undefined, found: Found) {
  return { key: key && keyFields(key), found: found !== null, ...placeFields(found?.place ?? null), embedding: found?.embedding ?? null }
}

function placeText({ shardPath, rowOffset }: RowPlace): string {
  return `${terminalSafe(shardPath)} row ${countText(rowOffset)}`
}
