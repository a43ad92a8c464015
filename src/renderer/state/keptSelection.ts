/** The last selection of each cache, kept between two starts. The caches opened longest ago are forgotten first. */
import { z } from 'zod/mini'
import type { Scope } from '../../shared/contract/index.ts'
import { type Selection, START } from './selection.ts'
import { VIEW_IDS } from './viewIds.ts'

const scopeSchema = z.object({
  encoder: z.optional(z.string()),
  stateLayer: z.optional(z.number()),
  pool: z.optional(z.string()),
  contig: z.optional(z.string())
}) satisfies z.ZodMiniType<Scope>

const selectionSchema = z.object({
  // Another version of the window may have other views.
  tab: z.catch(z.enum(VIEW_IDS), START.tab),
  scope: scopeSchema,
  shardPath: z.nullable(z.string()),
  rowOffset: z.nullable(z.number())
})

/** Latest first. */
export const keptSelectionsSchema = z.array(z.object({ root: z.string(), selection: selectionSchema }))
export type KeptSelections = z.infer<typeof keptSelectionsSchema>

const KEPT = 10

/** The last selection of a cache. */
export function selectionOf(kept: KeptSelections, root: string): Selection {
  return kept.find(entry => entry.root === root)?.selection ?? START
}

/** Saves the selection of a cache. */
export function keepSelection(kept: KeptSelections, root: string, selection: Selection): KeptSelections {
  return [{ root, selection }, ...kept.filter(entry => entry.root !== root)].slice(0, KEPT)
}
