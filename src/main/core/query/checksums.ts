/** SHA-256 checksums of all shards, in the format that `sha256sum -c` reads from the cache root. */
import { CacheError, InputError } from '../../../shared/model/errors.ts'
import type { LongOptions } from '../../../shared/model/report.ts'
import { ProgressMeter } from '../base/progress.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { hiddenShards, walkShards, wholeWalk } from '../cache/walkShards.ts'
import { isShardPath } from '../layouts/paths.ts'
import { BYTES_OF_KEYS, mapShards } from '../pool/mapShards.ts'

/**
 * The checksums of all shards, one line each, in path order. A shard that is moved meanwhile is left out.
 * @param options `onFinding` gets placeholders and links that are not followed, which are left out as well
 * @throws InputError, SystemError if a shard or a folder cannot be read, CancelledError
 */
export async function writeChecksums(cacheDir: string, options: LongOptions = {}): Promise<string> {
  const root = await checkCacheRoot(cacheDir)
  const walk = wholeWalk(await walkShards(root, options.signal))
  const { shardPaths } = walk
  for (const found of hiddenShards(walk)) options.onFinding?.(found)
  const meter = new ProgressMeter(options.onProgress, 'read', shardPaths.length)
  const lines: string[] = []
  for await (const { shardPath, sum } of digestsOf(root, shardPaths, options)) {
    if (sum !== null) lines.push(checksumLine(sum, shardPath))
    meter.step(shardPath)
  }
  return lines.join('')
}

/**
 * In the order of the paths; null for a shard that was moved since the cache was walked.
 * @throws CacheError
 */
async function* digestsOf(root: string, shardPaths: readonly string[], { signal, workers }: LongOptions) {
  const places = shardPaths.map(shardPath => ({ root, shardPath }))
  let i = 0
  for await (const digest of mapShards(places, 'digest', { signal, workers, bytes: places.length * BYTES_OF_KEYS })) {
    const shardPath = shardPaths[i++] ?? ''
    if (digest.sha256 === null && digest.fault.details.error !== 'ENOENT') {
      const { code, message, details } = digest.fault
      throw new CacheError(code, message, details)
    }
    yield { shardPath, sum: digest.sha256 }
  }
}

/** GNU's form: a leading backslash announces a name whose backslashes and line breaks are escaped. */
function checksumLine(sum: string, shardPath: string): string {
  if (!/[\\\n\r]/.test(shardPath)) return `${sum}  ${shardPath}\n`
  return `\\${sum}  ${shardPath.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}\n`
}

export type ChecksumReport = {
  readonly checked: number
  /** Shards whose bytes differ from the list. */
  readonly failed: readonly string[]
  /** Listed, but absent. */
  readonly missing: readonly string[]
  /** Present, but not listed. */
  readonly added: readonly string[]
}

/**
 * Compares the shards with a list of checksums.
 * @param text lines as `writeChecksums` or `sha256sum` writes them, with `--tag` or without
 * @throws InputError for an invalid line, with its number; SystemError if a shard or a folder cannot be read
 */
export async function checkChecksums(cacheDir: string, text: string, options: LongOptions = {}): Promise<ChecksumReport> {
  const root = await checkCacheRoot(cacheDir)
  const listed = parseChecksums(text)
  const walk = wholeWalk(await walkShards(root, options.signal))
  const { shardPaths } = walk
  for (const found of hiddenShards(walk)) options.onFinding?.(found)
  const present = new Set(shardPaths)
  const gone = new Set<string>()
  const failed: string[] = []
  const checkable = [...listed].filter(([path]) => present.has(path))
  const meter = new ProgressMeter(options.onProgress, 'read', checkable.length)
  const paths = checkable.map(([shardPath]) => shardPath)
  for await (const { shardPath, sum } of digestsOf(root, paths, options)) {
    if (sum === null) gone.add(shardPath)
    else if (sum !== listed.get(shardPath)) failed.push(shardPath)
    meter.step(shardPath)
  }
  return {
    checked: checkable.length - gone.size,
    failed,
    missing: [...listed.keys()].filter(path => !present.has(path) || gone.has(path)),
    added: shardPaths.filter(path => !listed.has(path))
  }
}

const LINE = /^(\\?)([0-9a-f]{64}) [ *]?(.+)$/i
/** The format of `sha256sum --tag` and the BSDs, and of `openssl dgst`, which has no spaces. */
const TAGGED_LINE = /^(\\?)SHA(?:2-)?256 ?\((.+)\) ?= ?([0-9a-f]{64})$/i

function parseChecksums(text: string): Map<string, string> {
  const listed = new Map<string, string>()
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const parsed = parseLine(line.replace(/\r$/, ''))
    if (parsed === null) throw new InputError(`line ${i + 1} is not a line of SHA-256 sums`, { field: 'checksums', line: i + 1 })
    const shardPath = parsed.path.replace(/^\.\//, '')
    if (!isShardPath(shardPath))
      throw new InputError(`line ${i + 1} names ${JSON.stringify(parsed.path)}, which is no shard of a cache`, {
        field: 'checksums',
        line: i + 1
      })
    listed.set(shardPath, parsed.sum)
  }
  return listed
}

function parseLine(line: string): { readonly path: string; readonly sum: string } | null {
  const [, taggedBackslash, taggedName, taggedSum] = TAGGED_LINE.exec(line) ?? []
  const [, backslash = taggedBackslash, sum = taggedSum, name = taggedName] = LINE.exec(line) ?? []
  if (sum === undefined || name === undefined) return null
  return { path: backslash === '\\' ? unescaped(name) : name, sum: sum.toLowerCase() }
}

function unescaped(name: string): string {
  return name.replace(/\\([\\nr])/g, (_, c: string) => ({ n: '\n', r: '\r' })[c] ?? '\\')
}
