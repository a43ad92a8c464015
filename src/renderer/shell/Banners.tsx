/** Banners above the views: no index, another writer, or a part of the cache that cannot be read. */
import { useState } from 'react'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { findingSentence, formatAgo, formatTime } from '../text/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { Banner } from '../ui/frames/Banner.tsx'
import { BANNERS } from './text.ts'

export function Banners() {
  const { summary, ask } = useWorkspace('summary', 'ask')
  const [hidden, setHidden] = useState<readonly string[]>([])
  const { index, writer, health, scanFindings } = summary
  const newer = scanFindings.filter(({ kind }) => kind === 'unsupported_layout').length
  const unsupported = (health.unsupported ?? 0) + newer
  const gone = scanFindings.find(({ kind, shardPath }) => kind === 'unreadable' && shardPath === 'embeddings')
  const hide = (what: string) => (
    <Button kind='quiet' small onClick={() => setHidden([...hidden, what])}>
      Hide
    </Button>
  )
  return (
    <>
      {writer?.own === false && <WriterBanner writer={writer} />}
      {gone !== undefined && <Banner tone='danger'>{BANNERS.folderGone(findingSentence(gone))}</Banner>}
      {gone === undefined && index.state !== 'present' && summary.scan.state === 'done' && !hidden.includes('index') && (
        <Banner
          tone='note'
          actions={
            <>
              {index.isRebuildable && (
                <Button small disabled={writer !== null} onClick={() => ask({ kind: 'reindex' })}>
                  Rebuild the index…
                </Button>
              )}
              {hide('index')}
            </>
          }
        >
          {BANNERS.index[index.state](index.reason)}
        </Banner>
      )}
      {gone === undefined && index.state === 'present' && index.reason !== null && (
        <Banner tone='warning'>{BANNERS.evidenceUnread(index.reason)}</Banner>
      )}
      {unsupported > 0 && !hidden.includes('newer') && (
        <Banner
          tone='note'
          actions={
            <>
              <Button small onClick={() => ask({ kind: 'drawer', panel: 'problems' })}>
                Show
              </Button>
              {hide('newer')}
            </>
          }
        >
          {BANNERS.unsupported(unsupported)}
        </Banner>
      )}
    </>
  )
}

function WriterBanner({ writer }: { readonly writer: { operation: string; host: string; pid: number; since: string } }) {
  const since = Date.parse(writer.since)
  return (
    <Banner tone='warning'>
      {BANNERS.writer(writer)}{' '}
      <span title={Number.isNaN(since) ? undefined : formatTime(since)}>
        {BANNERS.writerSince(Number.isNaN(since) ? writer.since : formatAgo(since))}
      </span>{' '}
      {BANNERS.writerWait}
    </Banner>
  )
}
