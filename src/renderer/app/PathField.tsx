/** How a folder is named: by the system's own dialog where there is one, else by its path. */
import { useState } from 'react'
import controls from '../styles/controls.module.css'
import type { Opening } from './opening.ts'
import classes from './Welcome.module.css'

export function PathField({ start = '', opening }: { readonly start?: string; readonly opening: Opening }) {
  const [path, setPath] = useState(start)
  if (opening.choose !== null) {
    return (
      <button type='button' className={`${controls.button} ${controls.primary}`} onClick={opening.choose}>
        Open a folder…
      </button>
    )
  }
  return (
    <form
      className={classes.field}
      onSubmit={event => {
        event.preventDefault()
        if (path.trim() !== '') opening.openFolder(path.trim())
      }}
    >
      <input
        className={`${controls.input} ${controls.mono} ${controls.grow}`}
        value={path}
        onChange={event => setPath(event.target.value)}
        placeholder='/path/to/cache'
        aria-label='Path of a cache folder on the machine where this program runs'
        spellCheck={false}
        autoComplete='off'
      />
      <button type='submit' className={`${controls.button} ${controls.primary}`} disabled={path.trim() === ''}>
        Open
      </button>
    </form>
  )
}
