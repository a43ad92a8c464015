/** Converts exceptions of Node and SQLite for failed system calls into a SystemError with the call, the path and the reason. */
import { CacheError, SystemError } from '../../../shared/model/errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reported an input/output error',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ESTALE: 'the network file system lost the file',
  ENOMEM: 'out of memory',
  EAGAIN: 'the operating system is out of resources',
  EFBIG: 'the file would exceed the size limit',
  ETIMEDOUT: 'the file system did not answer in time'
}

/**
 * @param error the exception
 * @param call the system call, for the message
 * @param path its argument
 * @returns a SystemError for a failed system call; rethrows anything else, because it is a bug
 */
export function asSystemError(error: unknown, call: string, path: string): CacheError {
  if (!isErrno(error)) throw error
  const reason = REASONS[error.code] ?? error.message
  return new SystemError(`cannot ${call} ${path}: ${reason}`, { call, path, error: error.code }, { cause: error })
}

/**
 * For callers that show errors of the core to users. A failed system call without its own message is not a bug.
 * @returns errors of this program unchanged, a SystemError for a failed system call or SQL statement, or for a module that could not be
 * loaded, null for a bug
 */
export function expectedError(error: unknown): CacheError | null {
  if (error instanceof CacheError) return error
  if (isErrno(error))
    return new SystemError(
      `the call ${error.syscall} failed: ${pathText(error)}${REASONS[error.code] ?? error.message}`,
      { call: error.syscall ?? '', path: error.path ?? '', error: error.code },
      { cause: error }
    )
  if (isSqliteError(error)) {
    const full =
      error.code === 'SQLITE_FULL' ? '; it may be the disk with temporary files, where keys are sorted (set TMPDIR to choose another)' : ''
    return new SystemError(`a database could not be written or read: ${error.message}${full}`, { error: error.code }, { cause: error })
  }
  if (isOutOfMemory(error)) {
    return new SystemError(`out of memory: ${error.message}`, { error: 'ENOMEM' }, { cause: error })
  }
  if (isThreadRefusal(error)) {
    return new SystemError(`a thread could not be started: ${error.message}`, { error: error.code }, { cause: error })
  }
  if (isLoadError(error)) {
    const [why = ''] = error.message.split('\n')
    return new SystemError(`a part of the program could not be loaded: ${why}`, { error: error.code }, { cause: error })
  }
  return null
}

function pathText({ path }: NodeJS.ErrnoException): string {
  return path === undefined ? '' : `${path}: `
}

/** SQLite's codes for wrong statements, which are a bug of this program. All other codes are about the file or the operating system. */
const OUR_FAULT = /^SQLITE_(ERROR|MISUSE|CONSTRAINT|RANGE|MISMATCH|SCHEMA|INTERNAL|TOOBIG)/

/** better-sqlite3 may be imported by few modules, but its errors may pass through any. */
function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    error.name === 'SqliteError' &&
    'code' in error &&
    typeof error.code === 'string' &&
    !OUR_FAULT.test(error.code)
  )
}

/** The codes of Node and its decompressors for a failed allocation. V8 has no code for it. */
const MEMORY_CODES =
  /^(ENOMEM|ERR_MEMORY_ALLOCATION_FAILED|ERR_WORKER_OUT_OF_MEMORY|ERR_ZLIB_INITIALIZATION_FAILED|Z_MEM_ERROR|ZSTD_error_memory_allocation|ERR__ERROR_ALLOC_\w+)$/
const NO_MEMORY = /allocation failed|could not allocate memory|out of memory/i

/** Whether an allocation failed. That means nothing about the data for which memory was needed. */
function isOutOfMemory(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') return MEMORY_CODES.test(error.code)
  return error instanceof RangeError && NO_MEMORY.test(error.message)
}

function isThreadRefusal(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_INIT_FAILED'
}

/** Messages of Node's loaders for a library or module that could not be opened, found or mapped. Some do not name the call. */
const NOT_LOADED = new Set(['ERR_DLOPEN_FAILED', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

function isLoadError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && NOT_LOADED.has(error.code)
}

/** Whether this is Node's exception for a failed system call. */
function isErrno(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error
}

/**
 * For code that catches any exception while it decodes damaged bytes.
 * @throws SystemError for a failed system call or allocation; returns for anything else
 */
export function throwIfRefused(error: unknown): void {
  const expected = expectedError(error)
  if (expected?.code === 'RESOURCE.SYSTEM') throw expected
}

/** Whether this is the failure of a system call with that code. */
export function failedWith(error: unknown, code: string): boolean {
  return isErrno(error) && error.code === code
}
