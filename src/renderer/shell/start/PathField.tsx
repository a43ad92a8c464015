/** How a folder is named: by the system's own dialog where there is one, else by its path. */
import { useId, useState } from 'react'
import type { Opening } from '../../state/opening.ts'
import controls from '../../ui/styles/controls.module.css'
import classes from './Welcome.module.css'

export function PathField({ start = '', opening }: { readonly start?: string; readonly opening: Opening }) {
  const [path, setPath] = useState(start)
  const id = useId()
  if (opening.choose !== null) {
    return (
      <button type='button' className={`${controls.button} ${controls.primary}`} onClick={opening.choose}>
        Open a folder…
      </button>
    )
  }
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        if (path.trim() !== '') opening.openFolder(path.trim())
      }}
    >
      <label htmlFor={id}>Path of a cache folder on the machine where this program runs</label>
      <div className={classes.field}>
        <input
          id={id}
          className={`${controls.input} ${controls.mono} ${controls.grow}`}
          value={path}
          onChange={event => setPath(event.target.value)}
          placeholder='/path/to/cache'
          spellCheck={false}
          autoComplete='off'
        />
        <button type='submit' className={`${controls.button} ${controls.primary}`} disabled={path.trim() === ''}>
          Open
        </button>
      </div>
    </form>
  )
}
