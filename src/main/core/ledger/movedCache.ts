/** A cache that was moved takes what is known of it along: it is recognised by the sizes and times of its shards. */
import { lstat, realpath, stat as statFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStamp } from '../../../shared/model/report.ts'
import { EMBEDDINGS_DIR } from '../layout.ts'
import { shardFilePath } from '../paths.ts'
import { failedWith } from '../systemError.ts'
import type { Ledger } from './ledger.ts'

/** So many shards, spread over all that were verified, are looked at. */
const SAMPLE = 20

/**
 * When the ledger knows nothing of a cache, and one that it knows is no longer where it was, and more than half of a sample of that
 * one's shards are here with the same size and time: this is that cache, and its records become this one's.
 * @param root absolute real path of a cache
 * @returns where the cache lay before; null when it is new, or was known here already
 */
export async function followMove(ledger: Ledger, root: string): Promise<string | null> {
  if (ledger.knows(root)) return null
  for (const known of ledger.knownRoots()) {
    // The old place is asked last: it may lie on a disk that does not answer.
    if ((await holds(root, ledger.sampleOf(known, SAMPLE))) && (await isGone(known)) && ledger.moveRecords(known, root)) return known
  }
  return null
}

async function holds(root: string, sample: readonly (FileStamp & { readonly shardPath: string })[]): Promise<boolean> {
  const agreeing = await Promise.all(sample.map(({ shardPath, ...stamp }) => agrees(shardFilePath(root, shardPath), stamp)))
  return agreeing.filter(Boolean).length * 2 > sample.length
}

async function agrees(path: string, { bytes, mtimeNs }: FileStamp): Promise<boolean> {
  try {
    const stat = await statFile(path, { bigint: true })
    return stat.size === BigInt(bytes) && stat.mtimeNs === mtimeNs
  } catch {
    return false
  }
}

/** Whether a cache no longer lies where it lay: nothing does, or a link to somewhere else. What cannot be looked at may still be there. */
async function isGone(root: string): Promise<boolean> {
  try {
    if ((await realpath(root)) !== root) return true
    await lstat(join(root, EMBEDDINGS_DIR))
    return false
  } catch (error) {
    return failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')
  }
}
