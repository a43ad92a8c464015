/** From layout 2 on: which pools have a centre. */

/**
 * The problem of a pool centre.
 * @param centerToken null for none
 * @returns a clause that follows the name of the row; null if nothing is
 */
export function centerTokenFault(poolType: string, centerToken: number | null): string | null {
  if (poolType === 'global_mean') {
    return centerToken === null ? null : `has center_token ${centerToken}, although a pool of the whole window has no centre`
  }
  if (centerToken === null) return `has no center_token, which a pool of type ${poolType} needs`
  return centerToken < 0 ? `has the negative center_token ${centerToken}` : null
}
