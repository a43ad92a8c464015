/** A case: a file, described as a base and modifications. Each part can be left out to find out whether it matters. */

import type { Rng } from './rng.ts'
import type { Workshop } from './workshop.ts'

export type DraftCase = {
  /** The modifications in order. The first is the base and cannot be left out. */
  readonly parts: readonly string[]
  /** Makes the file. @param left indexes of parts that are left out @returns null if such a file cannot be made */
  readonly make: (left: ReadonlySet<number>) => Promise<Buffer | null>
  /** A correct writer could write it, so only findings about its rows are expected. */
  readonly sound: boolean
}

export type CaseKind = {
  readonly name: string
  /** Share of all cases. */
  readonly weight: number
  readonly draft: (rng: Rng, workshop: Workshop) => DraftCase
}

/** The name of a part, with its effect on an object that is changed in place. */
export type Tweak<T> = {
  readonly name: string
  readonly apply: (thing: T) => void
}

/** A case made by tweaks of a plan. @param start returns a new plan, the same each time */
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
