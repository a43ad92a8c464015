/** Opens a folder that is dropped anywhere on the window. If the page cannot know its path, a message says so. */

import { type DragEvent, type ReactNode, useState } from 'react'
import { desktop } from '../../data/client.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { Banner } from '../../ui/frames/Banner.tsx'
import classes from './DropTarget.module.css'

export function DropTarget({ onFolder, children }: { readonly onFolder: (path: string) => void; readonly children: ReactNode }) {
  const [over, setOver] = useState(false)
  const [note, setNote] = useState<string | null>(null)
  const drag = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setOver(true)
  }
  const drop = (event: DragEvent): void => {
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file === undefined) return
    event.preventDefault()
    const bridge = desktop()
    const path = bridge === null ? '' : bridge.pathOfDropped(file)
    if (path !== '') onFolder(path)
    else setNote(`A browser does not reveal the path of “${file.name}”. Type its path instead.`)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: accepts drops, and the path field does the same by keyboard
    <div
      className={classes.target}
      data-over={over || undefined}
      onDragOver={drag}
      onDragEnter={drag}
      onDragLeave={event => event.currentTarget === event.target && setOver(false)}
      onDrop={drop}
    >
      {note !== null && (
        <Banner tone='warning' urgent actions={<Button onClick={() => setNote(null)}>Close</Button>}>
          {note}
        </Banner>
      )}
      {children}
    </div>
  )
}
