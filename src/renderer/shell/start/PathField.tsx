/** Chooses a folder, with the operating system's dialog if there is one, else by its path. */

import { useId, useState } from 'react'
import type { Opening } from '../../state/opening.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { Field } from '../../ui/controls/Field.tsx'
import classes from './Welcome.module.css'

export function PathField({ start = '', opening }: { readonly start?: string; readonly opening: Opening }) {
  const [path, setPath] = useState(start)
  const id = useId()
  if (opening.choose !== null) {
    return (
      <Button kind='primary' onClick={opening.choose}>
        Open a folder…
      </Button>
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
      <label htmlFor={id}>Path of a cache folder on the computer that runs the service</label>
      <div className={classes.field}>
        <Field
          id={id}
          mono
          className={classes.input}
          value={path}
          onChange={event => setPath(event.target.value)}
          placeholder='/path/to/cache'
          spellCheck={false}
          autoComplete='off'
        />
        <Button kind='primary' type='submit' disabled={path.trim() === ''}>
          Open
        </Button>
      </div>
    </form>
  )
}
