/**
 * Errors as callers see them: expected errors with their code, message and details; a bug as INTERNAL, which is logged once with its stack
 * and hidden from callers.
 */
import { ORPCError } from '@orpc/server'
import type pino from 'pino'
import { contract } from '../../../shared/contract/index.ts'
import { type ErrorCode, expectedError } from '../../core/index.ts'
import { INTERNAL_MESSAGE } from '../threads/messages.ts'

const ERRORS = contract.caches.open['~orpc'].errorMap

function orpcError(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>>): ORPCError<ErrorCode, unknown> {
  return new ORPCError(code, { status: ERRORS[code].status, message, data: { details: { ...details } } })
}

/** Any exception in the form of the contract. */
export function contractError(error: unknown, path: readonly string[], log: pino.Logger): ORPCError<string, unknown> {
  const expected = expectedError(error)
  if (expected !== null) return orpcError(expected.code, expected.message, expected.details)
  if (error instanceof ORPCError) {
    if (error.code === 'BAD_REQUEST') return orpcError('INPUT.GENERIC', inputMessage(error), { procedure: path.join('.') })
    if (Object.hasOwn(ERRORS, error.code)) return error
  }
  log.error({ err: error, procedure: path.join('.'), cause: error instanceof Error ? error.cause : undefined }, 'a bug')
  return orpcError('INTERNAL', INTERNAL_MESSAGE, {})
}

function inputMessage({ data, message }: ORPCError<string, unknown>): string {
  if (typeof data !== 'object' || data === null || !('issues' in data) || !Array.isArray(data.issues)) return message
  const issues: readonly { message?: unknown; path?: unknown }[] = data.issues
  const problems = issues.slice(0, 3).map(({ message: what, path }) => `${Array.isArray(path) ? path.join('.') : 'input'}: ${String(what)}`)
  return `invalid request: ${problems.join('; ')}`
}
