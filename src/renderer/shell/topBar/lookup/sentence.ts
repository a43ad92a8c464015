/** The sentence below the search box. Pure. */
import { formatCounted } from '../../../text/numbers.ts'
import type { Found } from './useFind.ts'

/**
 * One sentence, always.
 * @param text the text in the box
 * @param understood what the service says that it means; undefined until it has said so
 * @param command the name of the command that Enter would run
 */
export function sentenceFor(
  text: string,
  found: Found,
  understood: { readonly kind: string; readonly sentence: string } | undefined,
  command: string | undefined
): string {
  if (found.state === 'looking') return 'Looking…'
  if (found.state === 'places') {
    if (found.options.length === 0) return 'Nothing was found.'
    const matches = formatCounted(found.options.length, 'match', 'matches')
    return found.truncated ? `The first ${matches}; there are more` : matches
  }
  if (command !== undefined && (text.startsWith('>') || understood?.kind === 'none')) return `Enter: ${command}`
  if (text.startsWith('>')) return 'No command has this name.'
  if (understood?.kind === 'none') return `${understood.sentence}. No shard’s path holds it either, and no command’s name.`
  if (found.state === 'failed') return found.reason
  return understood?.sentence ?? '…'
}

/** The effect of Enter on the text in the box. Null if the sentence says it, or if there is none. */
export function enterHint(text: string, found: Found, understood: { readonly kind: string } | undefined): string | null {
  if (found.state === 'places') return found.options.length > 0 ? 'Enter goes to the marked one, ↑ ↓ mark another' : null
  if (found.state !== 'none' || text.startsWith('>') || understood === undefined || understood.kind === 'none') return null
  return understood.kind === 'fault' ? null : 'Enter lists what matches, Enter again goes there; a single match is shown at once'
}
