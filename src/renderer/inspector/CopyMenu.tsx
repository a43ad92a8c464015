/** A button with a menu of formats for copying or saving. */

import type { RowLine } from '../../shared/contract/index.ts'
import { csvOf, fileNameOf, jsonOf, pythonOf } from '../text/export/copyAs.ts'
import { npyOf } from '../text/export/npy.ts'
import { formatStored, locusText } from '../text/index.ts'
import copyStyles from '../ui/controls/CopyButton.module.css'
import { Said, useDone } from '../ui/controls/CopyButton.tsx'
import { CopyIcon, DownIcon, TickIcon } from '../ui/controls/Icons.tsx'
import { MenuButton, MenuEntry } from '../ui/controls/Menu.tsx'
import { copyText, saveBytes } from '../ui/copyText.ts'

export type Choice = {
  readonly id: string
  readonly label: string
  /** A short description of the format. */
  readonly hint: string
  readonly act: () => Promise<unknown>
  /** The message after copying or saving. */
  readonly said: string
}

/** @param label text of the button. Without it, the button has the copy icon. */
export function CopyMenu({
  name,
  label,
  choices
}: {
  readonly name: string
  readonly label?: string
  readonly choices: readonly Choice[]
}) {
  const [done, run] = useDone()
  return (
    <>
      <MenuButton
        name={name}
        aria-label={name}
        small
        {...(label === undefined && { className: copyStyles.icon, kind: 'quiet', square: true })}
        face={
          <>
            {label ?? (done === null ? <CopyIcon /> : <TickIcon />)}
            {label !== undefined && (done === null ? <DownIcon /> : <TickIcon />)}
          </>
        }
        onAction={id => {
          const choice = choices.find(each => each.id === id)
          if (choice !== undefined) run(choice.said, choice.act)
        }}
      >
        {choices.map(({ id, label: text, hint }) => (
          <MenuEntry key={id} id={id} name={text} aside={hint} />
        ))}
      </MenuButton>
      <Said text={done} />
    </>
  )
}

/** Both notations of a locus. */
export function locusChoices(row: RowLine): readonly Choice[] {
  const browser = locusText(row)
  const stored = `${row.chrom}\t${row.startBp}\t${row.endBp}`
  return [
    { id: 'browser', label: browser, hint: '1-based, genome browsers', said: 'locus copied', act: () => copyText(browser) },
    {
      id: 'stored',
      label: `${row.chrom} ${formatStored(row)}`,
      hint: '0-based, as BED',
      said: 'stored locus copied',
      act: () => copyText(stored)
    }
  ]
}

/** A row and its vector. @param root absolute path of the cache */
export function rowChoices(root: string, row: RowLine, values: Float64Array): readonly Choice[] {
  const npy = fileNameOf(row, 'npy')
  return [
    { id: 'python', label: 'Copy as Python', hint: 'read_embedding(…)', said: 'Python copied', act: () => copyText(pythonOf(root, row)) },
    { id: 'json', label: 'Copy as JSON', hint: 'row and values', said: 'JSON copied', act: () => copyText(jsonOf(row, values)) },
    { id: 'csv', label: 'Copy as CSV', hint: 'index, value', said: 'CSV copied', act: () => copyText(csvOf(values)) },
    { id: 'npy', label: 'Save as .npy…', hint: npy, said: `${npy} saved`, act: () => saveBytes(npy, npyOf(values)) }
  ]
}
