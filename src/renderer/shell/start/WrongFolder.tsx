/** A folder that is no cache: what was found there, and the nearest cache root. */
import type { FolderReport } from '../../../shared/contract/index.ts'
import type { Opening } from '../../state/opening.ts'
import controls from '../../ui/styles/controls.module.css'
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
        <h1 className={classes.title}>This folder cannot be opened as a cache</h1>
        <p className={`${controls.mono} ${classes.path}`}>{path}</p>
        <div className={classes.notes} role='alert'>
          <p>{reason}</p>
          {folder !== null && folder.found !== reason && <p>{folder.found}</p>}
        </div>
        {nearest !== null && nearest !== path && (
          <button
            type='button'
            className={`${controls.button} ${controls.primary} ${classes.wide}`}
            onClick={() => opening.openFolder(nearest)}
          >
            Open the nearest cache: <span className={controls.mono}>{nearest}</span>
          </button>
        )}
        <PathField key={path} start={path} opening={opening} />
        <p>
          <button type='button' className={controls.link} onClick={onBack}>
            Back to the start
          </button>
        </p>
      </div>
    </main>
  )
}
