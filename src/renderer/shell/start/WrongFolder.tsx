/** A folder that is not a cache: what was found there, and the nearest cache root. */

import type { FolderReport } from '../../../shared/contract/index.ts'
import type { Opening } from '../../state/opening.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { Mono } from '../../ui/text/Text.tsx'
import { PathField } from './PathField.tsx'
import classes from './Welcome.module.css'

export function WrongFolder({
  path,
  reason,
  folder,
  opening,
  onBack
}: {
  readonly path: string
  readonly reason: string
  readonly folder: FolderReport | null
  readonly opening: Opening
  readonly onBack: () => void
}) {
  const nearest = folder?.nearestRoot ?? null
  return (
    <main className={classes.page} data-pane='centre'>
      <div className={classes.column}>
        <h1>This folder cannot be opened as a cache</h1>
        <Mono as='p' className={classes.path}>
          {path}
        </Mono>
        <div className={classes.notes} role='alert'>
          <p>{reason}</p>
          {folder !== null && folder.found !== reason && <p>{folder.found}</p>}
        </div>
        {nearest !== null && nearest !== path && (
          <Button kind='primary' className={classes.wide} onClick={() => opening.openFolder(nearest)}>
            Open the nearest cache: <Mono>{nearest}</Mono>
          </Button>
        )}
        <PathField key={path} start={path} opening={opening} />
        <p>
          <Button kind='link' onClick={onBack}>
            Back to the start page
          </Button>
        </p>
      </div>
    </main>
  )
}
