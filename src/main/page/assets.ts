/**
 * The built page as a table from request path to file, made once. A path outside the table does not exist, so no path can lead out of the
 * folder.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

export type AssetFile = {
  readonly file: string
  /** With its charset. */
  readonly type: string
}

export type Asset = Pick<AssetFile, 'type'> & {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Strong: the hash of the bytes, in quotes. */
  readonly etag: string
}

/** By absolute request path; the page itself is `/`. */
export type AssetFiles = ReadonlyMap<string, AssetFile>
export type Assets = ReadonlyMap<string, Asset>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2'
}

/**
 * Lists every file below a folder. Links are not followed, and files of unknown types are left out.
 * @throws errors of the file system
 */
export async function listAssets(folder: string): Promise<AssetFiles> {
  const assets = new Map<string, AssetFile>()
  // Not with `recursive`, which is unreliable inside an Electron archive.
  const walk = async (below: string, prefix: string): Promise<void> => {
    for (const entry of await readdir(below, { withFileTypes: true })) {
      const path = `${prefix}/${entry.name}`
      const type = TYPES[extname(entry.name)]
      if (entry.isDirectory()) await walk(join(below, entry.name), path)
      else if (entry.isFile() && type !== undefined) assets.set(path, { file: join(below, entry.name), type })
    }
  }
  await walk(folder, '')
  const page = assets.get('/index.html')
  return page === undefined ? assets : assets.set('/', page)
}

/** The same with their bytes, for a server with many requests. @throws errors of the file system */
export async function readAssets(folder: string): Promise<Assets> {
  const files = await listAssets(folder)
  return new Map(await Promise.all([...files].map(async ([path, file]) => [path, await readAsset(file)] as const)))
}

async function readAsset({ file, type }: AssetFile): Promise<Asset> {
  const bytes = new Uint8Array(await readFile(file))
  return { bytes, type, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }
}
