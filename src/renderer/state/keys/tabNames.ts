/** The names of the tabs in the centre. */
import type { Tab } from '../selection.ts'

export const TAB_NAMES: Readonly<Record<Tab, string>> = {
  shards: 'Shards',
  map: 'Map',
  rows: 'Rows',
  heatmap: 'Heat map',
  index: 'Index',
  quarantine: 'Quarantine'
}
