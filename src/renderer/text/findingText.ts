/** Sentences of findings as they stand in the window: as everywhere there, with thousands separators in their numbers. */
import { capital } from './capital.ts'

/** A number that the words beside it tell to be a count or a place; hashes, checksums, names and what is typed at a prompt stay as they are. */
const NUMBERS = new RegExp(
  [
    String.raw`(?<=(?<![\w./-])(?:at|bytes?|between|claims|from|has|holds|of|offset|rows?|says) )\d{4,}(?![\w=/-]|[.:]\w)(?! (?:was|were) recorded)`,
    String.raw`(?<![\w./=-])\d{4,}(?= (?:and \d+ )?(?:bp|bytes?|columns?|entr(?:y|ies)|keys?|more|rows?|shards?|values?|windows?)\b)`
  ].join('|'),
  'g'
)

/** `the footer claims 2147483647 bytes` → `the footer claims 2,147,483,647 bytes`. */
export function findingText(message: string): string {
  return message.replace(NUMBERS, digits => BigInt(digits).toLocaleString('en-US'))
}

/** The same as a sentence of its own. */
export function findingSentence(message: string): string {
  return capital(findingText(message))
}
