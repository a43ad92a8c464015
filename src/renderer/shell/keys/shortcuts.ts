/** The window's keys for the list of shortcuts. Keys of views come from the registry. */
import { VIEW_IDS } from '../../state/viewIds.ts'
import { IS_MAC, MOD } from '../../text/keys.ts'
import { VIEWS } from '../../views/views.ts'

/** Views with a key, which is a digit from 1 on, in tab order. */
const WITH_KEY = VIEW_IDS.map(id => VIEWS[id]).filter(({ shortcut }) => shortcut !== null)

export const SHORTCUTS: readonly { readonly group: string; readonly keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      [`${MOD} K or /`, 'Search for a hash, locus, DNA, path or command'],
      [
        `${MOD} or ${IS_MAC ? '⌥' : 'Alt'} ${WITH_KEY[0]?.shortcut} – ${WITH_KEY.at(-1)?.shortcut}`,
        WITH_KEY.map(({ title }) => title).join(', ')
      ],
      ['F6 / Shift F6', 'Next pane, previous pane'],
      [IS_MAC ? '⌘ [ / ⌘ ]' : 'Alt ← / Alt →', 'Back and forward in the selection history'],
      [`${MOD} J`, 'Show or hide the drawer'],
      ['Esc', 'Close the current sheet or menu'],
      ['?', 'This list']
    ]
  },
  {
    group: 'Tree',
    keys: [
      ['↑ ↓', 'Move between levels'],
      ['← →', 'Collapse and expand'],
      ['Letters', 'Jump to the name']
    ]
  },
  {
    group: 'Table of shards',
    keys: [
      ['↑ ↓ Page Home End', 'Move between shards'],
      ['Shift ↑ ↓', 'Extend the selection'],
      ['Space', 'Select or deselect'],
      [`${MOD} A`, 'Select all'],
      [`${MOD} C`, 'Copy the selected rows as TSV'],
      ['Enter', 'Open the rows'],
      ['Shift F10', 'Open the context menu'],
      ['Shift ← →', 'On a heading: decrease or increase the width']
    ]
  },
  {
    group: 'Rows, quarantine, problems',
    keys: [
      ['↑ ↓ Page Home End', 'Move between lines'],
      [`${MOD} C`, 'Copy the row as TSV'],
      ['Enter', 'Show the shard of a problem']
    ]
  },
  {
    group: 'Strip, heat map',
    keys: [['← → ↑ ↓', 'Move between values']]
  },
  {
    group: 'Lane and map',
    keys: [
      ['← → ↑ ↓', 'Move between blocks'],
      ['Enter', 'Select the block']
    ]
  }
]
