/** The sheets that the shell itself has: the keys, what this program is, and the question before an index is rebuilt. */
import { useQuery } from '@tanstack/react-query'
import { useClient } from '../data/ClientProvider.tsx'
import { FirstWrite } from '../parts/FirstWrite.tsx'
import { ExportLostSheet } from '../sheets/ExportLostSheet.tsx'
import { ForgetSheet } from '../sheets/ForgetSheet.tsx'
import { QuarantineSheet } from '../sheets/QuarantineSheet.tsx'
import { RestoreSheet } from '../sheets/RestoreSheet.tsx'
import { RepairSheet } from '../sheets/repair/RepairSheet.tsx'
import { SHORTCUTS } from '../state/keys/keys.ts'
import { useStartJob } from '../state/useStartJob.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatBytes, formatCounted, formatTime } from '../text/index.ts'
import { CloseButton } from '../ui/CloseButton.tsx'
import { Sheet } from '../ui/Sheet.tsx'
import controls from '../ui/styles/controls.module.css'
import classes from './Sheets.module.css'

export function Sheets() {
  const { request, ask } = useWorkspace()
  const close = (): void => ask(null)
  return (
    <>
      {request?.kind === 'shortcuts' && (
        <Sheet title='Keyboard shortcuts' wide onClose={close} actions={<CloseButton onClose={close} />}>
          <Shortcuts />
        </Sheet>
      )}
      {request?.kind === 'about' && (
        <Sheet title='GenoLeWM Cache Inspector' onClose={close} actions={<CloseButton onClose={close} />}>
          <About />
        </Sheet>
      )}
      {request?.kind === 'reindex' && <ReindexQuestion onClose={close} />}
      <RepairSheet />
      <QuarantineSheet />
      <RestoreSheet />
      <ForgetSheet />
      <ExportLostSheet />
    </>
  )
}

function Shortcuts() {
  return (
    <div className={classes.columns}>
      {SHORTCUTS.map(({ group, keys }) => (
        <section key={group}>
          <h3 className={controls.heading}>{group}</h3>
          <dl className={classes.keys}>
            {keys.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function About() {
  const client = useClient()
  const info = useQuery({ queryKey: ['info'], queryFn: ({ signal }) => client.program.info(undefined, { signal }) })
  return (
    <>
      <p>Looks into a GenoLeWM window-embedding cache, finds any embedding, shows what is damaged, and puts it right with nothing lost.</p>
      <p className={controls.muted}>Apache License 2.0</p>
      {info.data !== undefined && (
        <dl className={`${controls.facts} ${classes.facts}`}>
          <dt>Version</dt>
          <dd>{info.data.version}</dd>
          <dt>Service</dt>
          <dd>
            Node {info.data.node.replace(/^v/, '')} on {info.data.platform}, process {info.data.pid}, {formatBytes(info.data.residentBytes)}
          </dd>
          <dt>Started</dt>
          <dd>{formatTime(info.data.startedMs)}</dd>
          <dt>Its own data</dt>
          <dd className={controls.mono}>{info.data.dataFolder}</dd>
        </dl>
      )}
    </>
  )
}

function ReindexQuestion({ onClose }: { readonly onClose: () => void }) {
  const { summary } = useWorkspace()
  const start = useStartJob()
  const rebuild = (): void => {
    onClose()
    void start({ kind: 'reindex' })
  }
  return (
    <Sheet
      title='Rebuild the index'
      onClose={onClose}
      actions={
        <>
          <CloseButton onClose={onClose}>Cancel</CloseButton>
          <button type='button' className={`${controls.button} ${controls.primary}`} onClick={rebuild}>
            Rebuild the index from {formatCounted(summary.shards, 'shard')}
          </button>
        </>
      }
    >
      <p>
        A new <span className={controls.mono}>embeddings/index.sqlite</span> is written from what the shards say, beside the old one, and
        takes its place when it is complete. Until then the old one stays. No shard is changed or moved.
      </p>
      <FirstWrite />
    </Sheet>
  )
}
