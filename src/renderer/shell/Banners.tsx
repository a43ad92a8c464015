/** What a person must know before trusting what the window shows: no index, somebody writes, a layout that is newer than this program. */
import { useState } from 'react'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { findingSentence, formatAgo, formatCounted, formatTime } from '../text/index.ts'
import controls from '../ui/styles/controls.module.css'

export function Banners() {
  const { summary, ask } = useWorkspace()
  const [hidden, setHidden] = useState<readonly string[]>([])
  const { index, writer, health, scanFindings } = summary
  const newer = scanFindings.filter(({ kind }) => kind === 'unsupported_layout').length
  const unsupported = (health.unsupported ?? 0) + newer
  const gone = scanFindings.find(({ kind, shardPath }) => kind === 'unreadable' && shardPath === 'embeddings')
  const since = writer === null ? Number.NaN : Date.parse(writer.since)
  const hide = (what: string) => (
    <button type='button' className={`${controls.button} ${controls.quiet} ${controls.small}`} onClick={() => setHidden([...hidden, what])}>
      Hide
    </button>
  )
  return (
    <>
      {writer?.own === false && (
        <div className={controls.banner} data-tone='warning' role='status'>
          <span className={controls.grow}>
            Somebody is writing into this cache: {writer.operation} on {writer.host}, process {writer.pid},{' '}
            {Number.isNaN(since) ? `since ${writer.since}` : <span title={formatTime(since)}>begun {formatAgo(since)}</span>}. Repair and
            quarantine wait until it has ended.
          </span>
        </div>
      )}
      {gone !== undefined && (
        <div className={controls.banner} data-tone='danger' role='alert'>
          <span className={controls.grow}>
            {findingSentence(gone.message)}. What is shown is what was there before; nothing of it can be read now.
          </span>
        </div>
      )}
      {gone === undefined && index.state !== 'present' && summary.scan.state === 'done' && !hidden.includes('index') && (
        <div className={controls.banner} data-tone='note' role='status'>
          <span className={controls.grow}>
            {index.state === 'missing'
              ? 'This cache has no index: everything can be browsed, but GenoLeWM will find none of its embeddings.'
              : index.state === 'unsupported'
                ? `${findingSentence(index.reason ?? 'the index is of a newer GenoLeWM')}. Everything can be browsed.`
                : `The index cannot be used${index.reason === null ? '' : `: ${index.reason}`}. Everything can be browsed.`}
          </span>
          {index.state !== 'unsupported' && (
            <button
              type='button'
              className={`${controls.button} ${controls.small}`}
              disabled={writer !== null}
              onClick={() => ask({ kind: 'reindex' })}
            >
              Rebuild the index…
            </button>
          )}
          {hide('index')}
        </div>
      )}
      {gone === undefined && index.state === 'present' && index.reason !== null && (
        <div className={controls.banner} data-tone='warning' role='status'>
          <span className={controls.grow}>
            Shards may be missing that are not listed. Some evidence of them could not be read: {index.reason}.
          </span>
        </div>
      )}
      {unsupported > 0 && !hidden.includes('newer') && (
        <div className={controls.banner} data-tone='note' role='status'>
          <span className={controls.grow}>
            {formatCounted(unsupported, 'place')} in this cache {unsupported === 1 ? 'has' : 'have'} a layout, version or encoding unknown
            to this program: shown, read where possible, never touched.
          </span>
          <button
            type='button'
            className={`${controls.button} ${controls.small}`}
            onClick={() => ask({ kind: 'drawer', panel: 'problems' })}
          >
            Show
          </button>
          {hide('newer')}
        </div>
      )}
    </>
  )
}
