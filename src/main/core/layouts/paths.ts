/** Every path of a cache is decided here: where a shard goes, and which paths may be opened at all. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CacheCorruptError, InputError } from '../../../shared/model/errors.ts'
import { checkPool, checkStateLayer } from './checkRecord.ts'
import { isEncoderFolder, isNamePart } from './folderNames.ts'
import { EMBEDDINGS_DIR, INDEX_DB_NAME, pathPart, QUARANTINE_DIR } from './layout.ts'
import { WRITTEN_LAYOUT } from './registry.ts'

/** Relative to the cache root. */
export const INDEX_PATH = `${EMBEDDINGS_DIR}/${INDEX_DB_NAME}`
export const QUARANTINE_PATH = `${EMBEDDINGS_DIR}/${QUARANTINE_DIR}`

/**
 * `$GENO_LEWM_CACHE` with a leading `~` or `~user` expanded, else `.geno-lewm-cache`; as in `geno_lewm`, an empty one is the working
 * directory.
 * @throws InputError for a user whose home folder is not known
 */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const dir = env.GENO_LEWM_CACHE ?? '.geno-lewm-cache'
  if (dir === '') return '.'
  const [, user, below = ''] = /^~([^/]*)(\/.*)?$/s.exec(dir) ?? []
  return user === undefined ? dir : `${homeOf(user, env).replace(/\/+$/, '')}${below}` || '/'
}

/** @param user empty for the one who runs this */
function homeOf(user: string, env: NodeJS.ProcessEnv): string {
  if (user === '') return env.HOME ?? homedir()
  const line = process.platform === 'win32' ? undefined : accounts().find(text => text.startsWith(`${user}:`))
  const home = line?.split(':')[5]
  if (home === undefined) throw new InputError(`GENO_LEWM_CACHE names the home folder of ${user}, which is not known`, { user })
  return home
}

function accounts(): string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n')
  } catch {
    return []
  }
}

export type ShardPathOptions = {
  /** The encoder's id as the model hub spells it; `/` and `\` become `__`. */
  readonly encoderId: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  readonly contig: string
  /** Whole number ≥ 0. */
  readonly strideBlock: number
}

/**
 * The canonical path of a cache block's shard, below `cacheDir` (`shard_path_for` of `geno_lewm`).
 * @throws InputError for arguments that `geno_lewm` rejects, and for names that would leave the folder or be taken for something else
 */
export function shardPathFor(cacheDir: string, options: ShardPathOptions): string {
  return below(cacheDir, relativeShardPath(options))
}

/** As Python's pathlib joins: `..` stays, as what it leads to depends on links. */
function below(folder: string, path: string): string {
  if (process.platform === 'win32') return join(folder, path)
  const lead = /^\/\/(?!\/)/.test(folder) ? '//' : folder.startsWith('/') ? '/' : ''
  const parts = folder.split('/').filter(part => part !== '' && part !== '.')
  return `${lead}${[...parts, path].join('/')}`
}

/** The same, relative to the cache root and `/`-separated. */
export function relativeShardPath(options: ShardPathOptions): string {
  const { stateLayer, poolType, poolRadius, strideBlock } = options
  checkStateLayer(stateLayer)
  checkPool(poolType, poolRadius)
  const contig = checkedPart('contig', options.contig)
  if (!Number.isSafeInteger(strideBlock) || strideBlock < 0) {
    throw new InputError(`stride_block must be a non-negative integer, not ${strideBlock}`, { field: 'stride_block', value: strideBlock })
  }
  const encoder = checkedPart('encoder_id', options.encoderId)
  if (!isEncoderFolder(encoder)) {
    throw new InputError(`encoder_id ${JSON.stringify(options.encoderId)} cannot be the name of a folder of shards`, {
      field: 'encoder_id',
      value: options.encoderId
    })
  }
  return WRITTEN_LAYOUT.paths.shardPath({ encoder, stateLayer, poolType, poolRadius, contig, strideBlock })
}

const NAME_BYTES = 255

function checkedPart(field: string, value: string): string {
  if (typeof value !== 'string' || value === '') throw new InputError(`${field} must be non-empty`, { field, value })
  const part = pathPart(value)
  // 40 bytes are left for what the layout puts around a contig.
  if (!isNamePart(part) || Buffer.byteLength(part) > NAME_BYTES - 40) {
    throw new InputError(`${field} ${JSON.stringify(value.slice(0, 60))} cannot be part of a file name`, { field, value })
  }
  return part
}

/**
 * The absolute path of a shard that the index, a user or a plan named.
 * @throws CacheCorruptError for a path that leaves the folder of shards or is not in canonical form
 */
export function resolveShardPath(root: string, shardPath: string): string {
  if (!isShardPath(shardPath)) {
    throw new CacheCorruptError(`${JSON.stringify(shardPath.slice(0, 200))} is not the path of a shard inside the cache`, {
      shard_path: shardPath
    })
  }
  return shardFilePath(root, shardPath)
}

/** Absolute path of a shard that is known to be one. */
export function shardFilePath(root: string, shardPath: string): string {
  return join(root, ...shardPath.split('/'))
}

/** Whether a path names a shard below `embeddings/`: relative, no `.` or `..`, nothing hidden in it, not in quarantine. */
export function isShardPath(shardPath: string): boolean {
  const parts = shardPath.split('/')
  return (
    parts.length >= 2 &&
    parts[0] === EMBEDDINGS_DIR &&
    shardPath.endsWith('.parquet') &&
    !parts.includes(QUARANTINE_DIR) &&
    parts.every(
      part => part !== '' && part !== '.' && part !== '..' && !part.includes('\0') && !(part.includes('\\') && process.platform === 'win32')
    )
  )
}

/** Order of paths as Python sorts them: part by part, by code point. */
export function comparePaths(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareText(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** By code point; JS compares UTF-16 units, which differ beyond U+FFFF. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
