/**
 * Symbolic links in a cache. They are followed as in GenoLeWM, unless the target belongs to another user: a cache from another person must
 * not direct this program to files of that person's choice.
 */
import { readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { InputError } from '../../../shared/model/errors.ts'
import { asSystemError, failedWith } from './systemError.ts'

/** `own`: only to targets that belong to this user or to root. */
export const LINK_POLICIES = ['own', 'always', 'never'] as const
export type LinkPolicy = (typeof LINK_POLICIES)[number]

/** The environment variable with the policy for the window, `serve` and the command line. */
export const LINKS_VARIABLE = 'LEWM_CACHE_LINKS'

let inForce: LinkPolicy = 'own'

export function linkPolicy(): LinkPolicy {
  return inForce
}

/** Sets the policy of this process, and of the threads that it starts. */
export function setLinkPolicy(policy: LinkPolicy): void {
  inForce = policy
}

/** @throws InputError for a value that is not a policy */
export function linkPolicyFromEnvironment(env: NodeJS.ProcessEnv = process.env): LinkPolicy {
  const value = env[LINKS_VARIABLE] || 'own'
  const policy = LINK_POLICIES.find(each => each === value)
  if (policy !== undefined) return policy
  throw new InputError(`$${LINKS_VARIABLE} must be one of ${LINK_POLICIES.join(', ')}`, { field: LINKS_VARIABLE, value })
}

/** Why a link to a target with this owner is not followed; null if it is followed. */
export function refusalToFollow(uid: number | bigint): string | null {
  if (inForce === 'never') return 'links are not followed'
  const own = process.getuid?.()
  if (inForce === 'always' || own === undefined || Number(uid) === 0 || Number(uid) === own) return null
  return `a link to what belongs to another user (${uid}) is not followed unless --follow says so`
}

export type LinkTarget =
  | { readonly kind: 'file' | 'folder'; readonly path: string; readonly refusal: string | null }
  /** A pipe, socket or device. */
  | { readonly kind: 'other' }
  /** @param target as stored in the link */
  | { readonly kind: 'nowhere'; readonly target: string }
  | { readonly kind: 'circle' }

/**
 * The target of a symbolic link.
 * @param path absolute
 * @throws SystemError if the link cannot be resolved
 */
export function linkTarget(path: string): LinkTarget {
  let stat: Stats | undefined
  try {
    stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return { kind: 'nowhere', target: readlinkSync(path) }
    const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other'
    return kind === 'other' ? { kind } : { kind, path: realpathSync.native(path), refusal: refusalToFollow(stat.uid) }
  } catch (error) {
    if (failedWith(error, 'ELOOP')) return { kind: 'circle' }
    if (failedWith(error, 'ENOTDIR')) return { kind: 'nowhere', target: readlinkSync(path) }
    throw asSystemError(error, 'follow', path)
  }
}
