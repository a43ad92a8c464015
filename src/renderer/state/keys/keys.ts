/** The window's keys, once: what listens to them and the sheet that lists them read the same table. */

export const IS_MAC = navigator.platform.startsWith('Mac')

/** `⌘` or `Ctrl`. */
export const MOD = IS_MAC ? '⌘' : 'Ctrl'

export const SHORTCUTS: readonly { readonly group: string; readonly keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      [`${MOD} K or /`, 'Look up a hash, locus, DNA, path or command'],
      [`${MOD} or ${IS_MAC ? '⌥' : 'Alt'} 1 – 6`, 'Shards, Map, Rows, Heat map, Index, Quarantine'],
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
