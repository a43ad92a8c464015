/** Which part of a name or path is shortened first in a narrow place. Pure. */

/** `centered_mean_128` → `centered_mean` and `_128`. A name without a number at its end has no tail. */
export function headAndTail(name: string): readonly [head: string, tail: string] {
  const [, head = name, tail = ''] = /^(.+?)(_-?\d+)$/.exec(name) ?? []
  return [head, tail]
}

export type PathParts = {
  /** The part that is shortened first. */
  readonly outer: string
  /** The folder before the last one, if it is as short as a layer. */
  readonly layer: string
  /** The last folder, split by `headAndTail`. */
  readonly pool: string
  readonly radius: string
  /** The file name, split before the block number and before `.parquet`. */
  readonly stem: string
  readonly block: string
  readonly ending: string
}

/**
 * The encoder folder that all of these shards share, with a trailing `/`. If there is none, or if some paths are not shards, the folder of
 * all encoders.
 */
export function sharedEncoder(paths: readonly string[]): string {
  const [first] = paths
  const [root, encoder, ...below] = first?.split('/') ?? []
  const folder = root === 'embeddings' && encoder && below.length > 0 ? `${root}/${encoder}/` : null
  return folder && paths.every(path => path.startsWith(folder) && path.endsWith('.parquet')) ? folder : 'embeddings/'
}

/** The parts of a shard's path below the folder `above`, each with a trailing `/`. Joined, they give the path. */
export function pathParts(path: string, above = 'embeddings/'): PathParts {
  const folders = (path.startsWith(above) ? path.slice(above.length) : path).split('/')
  const file = folders.pop() ?? ''
  const ending = file.endsWith('.parquet') ? '.parquet' : ''
  const [stem, block] = headAndTail(file.slice(0, file.length - ending.length))
  const last = folders.pop()
  if (last === undefined) return { outer: '', layer: '', pool: '', radius: '', stem, block, ending }
  const layer = (folders.at(-1)?.length ?? 9) > 4 ? undefined : folders.pop()
  const [pool, radius] = headAndTail(last)
  const end = (text: string | undefined): string => (text === undefined ? '' : `${text}/`)
  return { outer: folders.map(end).join(''), layer: end(layer), pool, radius: `${radius}/`, stem, block, ending }
}
