/** Every expected fault has a stable code, one sentence for a person, and the facts. Anything else thrown is a bug. */

/** Stable codes; the first two are GenoLeWM's own (`geno_lewm.errors`). */
export type ErrorCode =
  | 'INPUT.GENERIC'
  | 'RESOURCE.CACHE_CORRUPT'
  | 'RESOURCE.NOT_FOUND'
  | 'RESOURCE.BUSY'
  | 'RESOURCE.STALE_PLAN'
  | 'RESOURCE.UNSUPPORTED'
  | 'RESOURCE.SYSTEM'
  | 'CANCELLED'
  | 'INTERNAL'

/** The facts of a fault: JSON values only, so that they cross a process boundary unchanged. */
export type Details = Readonly<Record<string, unknown>>

/** Root of the expected faults. */
export class CacheError extends Error {
  readonly code: ErrorCode
  readonly details: Details

  constructor(code: ErrorCode, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.details = details
  }
}

/** The caller gave something that cannot be: `details` names the field and the value. */
export class InputError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('INPUT.GENERIC', message, details)
  }
}

/** The cache holds something that contradicts itself or the request. */
export class CacheCorruptError extends CacheError {
  constructor(message: string, details: Details = {}, options?: ErrorOptions) {
    super('RESOURCE.CACHE_CORRUPT', message, details, options)
  }
}

/** The key or shard that was asked for is not there. */
export class NotFoundError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('RESOURCE.NOT_FOUND', message, details)
  }
}

/** Somebody else is changing the cache: `details` says who and since when. */
export class CacheBusyError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('RESOURCE.BUSY', message, details)
  }
}

/** A layout that this program does not read, or does not write. */
export class UnsupportedError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('RESOURCE.UNSUPPORTED', message, details)
  }
}

/** A plan no longer fits the files it was made for. */
export class StalePlanError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('RESOURCE.STALE_PLAN', message, details)
  }
}

/** The operating system refused (permissions, disk full, I/O): `details` has its code, call and path. */
export class SystemError extends CacheError {
  constructor(message: string, details: Details = {}, options?: ErrorOptions) {
    super('RESOURCE.SYSTEM', message, details, options)
  }
}

/** The caller's signal ended the work. */
export class CancelledError extends CacheError {
  constructor() {
    super('CANCELLED', 'cancelled')
  }
}
