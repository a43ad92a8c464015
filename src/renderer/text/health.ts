/** The shape and the word of each health, in one place. Colour alone is not enough. */
import { HEALTH_ORDER, type Health } from '../../shared/model/health.ts'
import { formatInteger } from '../../shared/text/numbers.ts'

/** The states that a mark can show: a shard's health, or that it is in quarantine. */
export type Mark = Health | 'quarantined'

export const MARKS: readonly Mark[] = [...HEALTH_ORDER, 'quarantined']

const FACES = {
  verified: { glyph: '✓', word: 'verified', short: 'verified' },
  unverified: { glyph: '○', word: 'not verified yet', short: 'not verified' },
  readable: { glyph: '◐', word: 'read, no checksum', short: 'no checksum' },
  suspect: { glyph: '!', word: 'suspect', short: 'suspect' },
  damaged: { glyph: '✕', word: 'damaged', short: 'damaged' },
  missing: { glyph: '◌', word: 'missing', short: 'missing' },
  unsupported: { glyph: '⊘', word: 'unsupported', short: 'unsupported' },
  unreadable: { glyph: '⊝', word: 'could not be read', short: 'not read' },
  quarantined: { glyph: '▣', word: 'quarantined', short: 'quarantined' }
} as const satisfies Record<Mark, { readonly glyph: string; readonly word: string; readonly short: string }>

/** The mark's shape as a character, for plain text. */
export function healthGlyph(mark: Mark): string {
  return FACES[mark].glyph
}

/** The mark's word: `not verified yet`. */
export function healthWord(mark: Mark): string {
  return FACES[mark].word
}

/** The word where there is little room: `not verified`. */
export function healthShort(mark: Mark): string {
  return FACES[mark].short
}

/** The custom property of the colour for text and shapes: `var(--damaged)`. */
export function healthColour(mark: Mark): string {
  return `var(--${mark})`
}

/** The custom property's name of the colour for areas, as canvases ask for it: `--c-damaged`. */
export function healthFill(mark: Mark): string {
  return `--c-${mark}`
}

/** The worst health among the counts. Null if all are 0. */
export function worstHealth(counts: Partial<Record<Health, number>>): Health | null {
  return HEALTH_ORDER.find(health => (counts[health] ?? 0) > 0) ?? null
}

/** `2 damaged · 356 verified`, worst first, without zeros. */
export function describeHealth(counts: Partial<Record<Health, number>>): string {
  return HEALTH_ORDER.filter(health => (counts[health] ?? 0) > 0)
    .map(health => `${formatInteger(counts[health] ?? 0)} ${healthWord(health)}`)
    .join(' · ')
}
