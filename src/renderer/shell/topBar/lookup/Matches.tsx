/** The list of the search box. The focus stays in the box, which names the marked match. */
import { ListBox, ListBoxItem } from 'react-aria-components'
import { Mono, Muted } from '../../../ui/text/Text.tsx'
import classes from './LookupBox.module.css'

export type Match = { readonly id: string; readonly title: string; readonly detail: string; readonly mono: boolean }

/** Its items are those of the combo box that it is in. */
export function Matches() {
  return (
    <ListBox<Match> aria-label='Matches' className={classes.list ?? ''}>
      {({ id, title, detail, mono }) => (
        <ListBoxItem id={id} textValue={title} className={classes.option ?? ''}>
          {mono ? <Mono>{title}</Mono> : <span>{title}</span>} <Muted>{detail}</Muted>
        </ListBoxItem>
      )}
    </ListBox>
  )
}
