/** The window's keys as the list of shortcuts shows them. Those of views come from the registry. */
import { IS_MAC, MOD } from '../../state/keys/keys.ts'
import { VIEW_IDS } from '../../state/viewIds.ts'
import { VIEWS } from '../../views/views.ts'

/** Views that have a key, which are the digits from 1 on, in the order of the tabs. */
const WITH_KEY = VIEW_IDS.map(id => VIEWS[id]).filter(({ shortcut }) => shortcut !== null)

export const SHORTCUTS: readonly { readonly group: string; readonly keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      [`${MOD} K or /`, 'Look up a hash, locus, DNA, path or command'],
      [
        `${MOD} or ${IS_MAC ? '⌥' : 'Alt'} ${WITH_KEY[0]?.shortcut} – ${WITH_KEY.at(-1)?.shortcut}`,
        WITH_KEY.map(({ title }) => title).join(', ')
      ],
      ['F6 / Shift F6', 'Next pane, previous pane'],
      [IS_MAC ? '⌘ [ / ⌘ ]' : 'Alt ← / Alt →', 'Back and forward through what was selected'],
      [`${MOD} J`, 'Show or hide the drawer'],
      ['Esc', 'Close what is open'],
      ['?', 'This list']
    ]
  },
  {
    group: 'Tree',
    keys: [
      ['↑ ↓', 'Another level'],
      ['← →', 'Fold and unfold'],
      ['Letters', 'Go to the name']
    ]
  },
  {
    group: 'Table of shards',
    keys: [
      ['↑ ↓ Page Home End', 'Another shard'],
      ['Shift ↑ ↓', 'Select up to there'],
      ['Space', 'Take in or leave out'],
      [`${MOD} A`, 'Select all'],
      [`${MOD} C`, 'Copy the selected lines as TSV'],
      ['Enter', 'Open the rows'],
      ['Shift F10', 'What can be done with it'],
      ['Shift ← →', 'On a heading: narrower, wider']
    ]
  },
  {
    group: 'Rows, quarantine, problems',
    keys: [
      ['↑ ↓ Page Home End', 'Another line'],
      [`${MOD} C`, 'Copy the row as TSV'],
      ['Enter', 'Show the shard of a problem']
    ]
  },
  {
    group: 'Strip, heat map',
    keys: [['← → ↑ ↓', 'Another value']]
  },
  {
    group: 'Lane and map',
    keys: [
      ['← → ↑ ↓', 'Another block'],
      ['Enter', 'Select it']
    ]
  }
]
