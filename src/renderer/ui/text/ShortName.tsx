/** A name on one line that gives way before what tells it from its neighbours: the number at its end, such as a pool's radius. */

import { headAndTail } from '../../text/shortNames.ts'
import classes from './ShortName.module.css'

export function ShortName({ text }: { readonly text: string }) {
  const [head, tail] = headAndTail(text)
  return (
    <span className={classes.name}>
      <span className={classes.head}>{head}</span>
      {tail !== '' && <span className={classes.tail}>{tail}</span>}
    </span>
  )
}
