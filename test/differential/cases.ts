/** What a case is: a file, told as a base and what was done to it, each part of which can be left out to see whether it matters. */

import type { Rng } from './rng.ts'
import type { Workshop } from './workshop.ts'

export type DraftCase = {
  /** What was done, in the order of doing; the first is the base and cannot be left out. */
  readonly parts: readonly string[]
  /** Makes the file. @param left indexes of parts that are left out; @returns null when no such file could be made */
  readonly make: (left: ReadonlySet<number>) => Promise<Buffer | null>
  /** A sound writer would write it: beside remarks on its rows nothing is to be found. */
  readonly sound: boolean
}

export type CaseKind = {
  readonly name: string
  /** Share of all cases. */
  readonly weight: number
  readonly draft: (rng: Rng, workshop: Workshop) => DraftCase
}

/** A name for one part, with what it does to a thing that is changed in place. */
export type Tweak<T> = {
  readonly name: string
  readonly apply: (thing: T) => void
}

/** A case made by tweaks of a plan. @param start gives a fresh plan, the same each time */
export function tweaked<T>(
  base: string,
  start: () => T,
  tweaks: readonly Tweak<T>[],
  finish: (thing: T) => Buffer,
  sound = false
): DraftCase {
  return {
    get parts() {
      return [base, ...tweaks.map(({ name }) => name)]
    },
    sound,
    make: async left => {
      const thing = start()
      for (const [i, { apply }] of tweaks.entries()) if (!left.has(i + 1)) apply(thing)
      return finish(thing)
    }
  }
}
