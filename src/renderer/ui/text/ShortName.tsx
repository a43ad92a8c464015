/** A name on one line. It is shortened before its distinctive end, the number, such as a pool's radius. */

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
