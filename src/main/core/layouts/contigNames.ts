/** Contig names as people and files write them: with `chr` or without, in any case, in any form of Unicode. */
import { pathPart } from './layout.ts'
import { addressOf } from './layoutOf.ts'

/** Characters that a screen does not show. Web pages, PDF files and chats add them to what is copied. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

/** The normalized name: equal for names of the same contig. */
export function contigKey(contig: string): string {
  return withoutInvisible(contig)
    .normalize('NFC')
    .replace(/^chr(?=.)/i, '')
    .toLowerCase()
}

/** Whether two names mean the same contig: `1`, `chr1` and `Chr1` do. */
export function sameContig(a: string, b: string): boolean {
  return a === b || contigKey(a) === contigKey(b)
}

/** Whether a layout would put rows of a contig at this path. */
export function isOfContig(shardPath: string, contig: string): boolean {
  const address = addressOf(shardPath)
  return address !== null && sameContig(address.contig, pathPart(contig))
}

const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['m', 'MT'],
  ['mt', 'M']
])

/** The other name of the mitochondrial genome; null for any other contig. It counts only in a cache without the name itself. */
export function otherName(contig: string): string | null {
  return OTHER_NAMES.get(contigKey(contig)) ?? null
}

export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '')
}
