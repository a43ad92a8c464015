/** The build in `out/`, if it is newer than the sources, so that no test passes with outdated code. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

let isCurrent: boolean | undefined

/** @returns the path of an entry of the build. Null if a source is newer */
export function builtEntry(name: string): string | null {
  const entry = join(ROOT, 'out/main', `${name}.cjs`)
  isCurrent ??= modified(entry) > newestSource()
  return isCurrent && modified(entry) > 0 ? entry : null
}

function newestSource(): number {
  const folder = join(ROOT, 'src')
  return Math.max(...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => modified(join(folder, name))))
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
