/** The program, its version and the environment of its service. */

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../data/api.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { formatBytes, formatTime } from '../text/index.ts'
import { CloseButton } from '../ui/controls/CloseButton.tsx'
import { Sheet } from '../ui/frames/Sheet.tsx'
import { Facts } from '../ui/text/Facts.tsx'
import { Mono, Muted } from '../ui/text/Text.tsx'
import classes from './AboutSheet.module.css'

export function AboutSheet() {
  const api = useApi()
  const { closeSheet } = useWorkspace('closeSheet')
  const info = useQuery(api.program.info.queryOptions())
  const close = (): void => closeSheet()
  return (
    <Sheet title='GenoLeWM Cache Inspector' onClose={close} actions={<CloseButton onClose={close} />}>
      <p>Browse a GenoLeWM window-embedding cache, find any embedding, see what is damaged, and repair it without losing data.</p>
      <Muted as='p'>Apache License 2.0</Muted>
      {info.data !== undefined && (
        <Facts className={classes.facts}>
          <dt>Version</dt>
          <dd>{info.data.version}</dd>
          <dt>Service</dt>
          <dd>
            Node {info.data.node.replace(/^v/, '')} on {info.data.platform}, process {info.data.pid}, {formatBytes(info.data.residentBytes)}
          </dd>
          <dt>Started</dt>
          <dd>{formatTime(info.data.startedMs)}</dd>
          <dt>Application data</dt>
          <Mono as='dd'>{info.data.dataFolder}</Mono>
        </Facts>
      )}
    </Sheet>
  )
}
