/** The views of the centre, in tab order. `views/views.ts` has an entry for each. */
export const VIEW_IDS = ['shards', 'map', 'rows', 'heatmap', 'index', 'quarantine'] as const

export type ViewId = (typeof VIEW_IDS)[number]
