/** The account for processes of a test. Tests run as root in containers, where permissions and the limit on processes do not apply. */
import { lchownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export type Account = {
  readonly name: string
  /** Runs the program and the arguments that follow. */
  readonly under: readonly string[]
  /** Gives the account ownership of a folder and everything in it. */
  readonly own: (folder: string) => void
}

export const isRoot = process.getuid?.() === 0
/** No other test file uses it at the same time, so that a limit on its processes counts only those of this file. */
const USER = String(60_000 + (process.pid % 5_000))

/** The options of setpriv for an ordinary user. */
export const AS_USER = ['--reuid', USER, '--regid', USER, '--clear-groups']

/** @param setpriv the path of setpriv */
export function ordinaryUser(setpriv: string): Account {
  return {
    name: 'an ordinary user',
    under: isRoot ? [setpriv, ...AS_USER] : [setpriv],
    own: folder => {
      if (!isRoot) return
      for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
        lchownSync(join(folder, path), Number(USER), Number(USER))
      }
    }
  }
}

/** The accounts for fault injection: an ordinary user if possible, and the user of the tests. */
export function accounts(setpriv: string | null): Account[] {
  const self = { name: isRoot ? 'root' : 'an ordinary user', under: [], own: () => undefined }
  return isRoot && setpriv !== null ? [ordinaryUser(setpriv), self] : [self]
}
