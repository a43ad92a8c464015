/** The registry of views. Tabs, commands, keys and the list of shortcuts come from it. The code of a view is loaded separately. */
import type { CacheSummary } from '../../shared/contract/index.ts'
import { type LazyComponent, lazyComponent } from '../parts/lazyComponent.ts'
import type { ViewId } from '../state/viewIds.ts'

/** A number beside the title, with its noun for the tooltip and for screen readers. Zero shows nothing. */
export type Badge = readonly [count: number, noun: string]

export type View = {
  readonly title: string
  /** The digit that shows the view with Ctrl, ⌘ or Alt. Null where all nine are taken. */
  readonly shortcut: '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | null
  readonly badge?: (summary: CacheSummary) => Badge
  /** Stays mounted, hidden, while another view is shown. */
  readonly isKept?: true
} & Needs

/**
 * The subject of the view. While no shard or row is selected, or the shard is gone, the window says so in place of the view. `shows` ends
 * the sentence "Select one to see …".
 */
type Needs =
  | { readonly needs: 'cache' | 'scope'; readonly Component: LazyComponent<object> }
  | { readonly needs: 'shard'; readonly shows: string; readonly Component: LazyComponent<ShardViewProps> }
  | { readonly needs: 'row'; readonly shows: string; readonly Component: LazyComponent<ShardViewProps & { readonly rowOffset: number }> }

type ShardViewProps = { readonly shardPath: string }

export const VIEWS: Readonly<Record<ViewId, View>> = {
  shards: {
    title: 'Shards',
    shortcut: '1',
    needs: 'scope',
    // It keeps the selection of shards and the scroll position.
    isKept: true,
    Component: lazyComponent(async () => (await import('./shardTable/ShardsTab.tsx')).ShardsTab)
  },
  map: {
    title: 'Map',
    shortcut: '2',
    needs: 'scope',
    Component: lazyComponent(async () => (await import('./map/MapTab.tsx')).MapTab)
  },
  rows: {
    title: 'Rows',
    shortcut: '3',
    needs: 'shard',
    shows: 'its rows',
    Component: lazyComponent(async () => (await import('./rows/RowsTab.tsx')).RowsTab)
  },
  heatmap: {
    title: 'Heat map',
    shortcut: '4',
    needs: 'shard',
    shows: 'its heat map',
    Component: lazyComponent(async () => (await import('./heatMap/HeatMapTab.tsx')).HeatMapTab)
  },
  index: {
    title: 'Index',
    shortcut: '5',
    needs: 'cache',
    badge: ({ index }) => [index.drift ?? 0, 'entries that differ'],
    Component: lazyComponent(async () => (await import('./index/IndexTab.tsx')).IndexTab)
  },
  quarantine: {
    title: 'Quarantine',
    shortcut: '6',
    needs: 'cache',
    badge: ({ quarantined }) => [quarantined, 'files'],
    Component: lazyComponent(async () => (await import('./quarantine/QuarantineTab.tsx')).QuarantineTab)
  }
}
