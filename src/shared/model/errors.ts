/** Expected errors have a stable code, a one-sentence message, and details. Any other exception is a bug. */

/** Stable codes. The first two are those of GenoLeWM (`geno_lewm.errors`). */
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

/** The details of an error: only JSON values, so that they cross a process boundary unchanged. */
export type Details = Readonly<Record<string, unknown>>

/** Base class of the expected errors. */
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

/** Invalid input from the caller. `details` names the field and the value. */
export class InputError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('INPUT.GENERIC', message, details)
  }
}

/** The cache contradicts itself or the request. */
export class CacheCorruptError extends CacheError {
  constructor(message: string, details: Details = {}, options?: ErrorOptions) {
    super('RESOURCE.CACHE_CORRUPT', message, details, options)
  }
}

/** The requested key or shard does not exist. */
export class NotFoundError extends CacheError {
  constructor(message: string, details: Details = {}) {
    super('RESOURCE.NOT_FOUND', message, details)
  }
}

/** Another process is changing the cache. `details` has the process and the start time. */
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

/** The operating system reported an error (permissions, disk full, I/O). `details` has its code, call and path. */
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
