/** Errors of the contract in words. */

/** The sentence of any thrown value. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
