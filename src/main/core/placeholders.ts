/** What stands for a shard whose contents are somewhere else: told as what it is, never judged as damage and never moved. */
import { type Finding, finding } from '../../shared/model/finding.ts'

/** Where git-annex and DVC keep contents, as their links name it. */
const STORES: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)\.git\/annex\/objects\//, 'git-annex: `git annex get` fetches the contents'],
  [/(^|\/)\.dvc\/cache\/|(^|\/)files\/md5\/[0-9a-f]{2}\//, 'DVC: `dvc pull` fetches the contents']
]

/**
 * What a symbolic link says that leads nowhere.
 * @param target as it is written in the link
 * @returns null for what has nothing to do with shards
 */
export function danglingFinding(path: string, target: string): Finding | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const details = { link: 'nowhere', target }
  // Emacs marks a file that is being edited with such a link.
  if (name.startsWith('.#')) {
    const message = `is the lock of an editor (${target}), not a shard; GenoLeWM fails to read it`
    return name.endsWith('.parquet') ? finding('stray_file', path, message, { details }) : null
  }
  const store = STORES.find(([pattern]) => pattern.test(target))
  if (store === undefined && !name.endsWith('.parquet')) {
    if (name.startsWith('.')) return null
    return finding('not_a_file', path, `is a symbolic link to ${target}, which does not exist; what was behind it was not read`, {
      details
    })
  }
  const by = store === undefined ? 'fetch the contents, or mount the disk that holds them' : `it belongs to ${store[1]}`
  return finding('placeholder', path, `is a symbolic link to ${target}, which does not exist here; ${by}`, { details })
}
