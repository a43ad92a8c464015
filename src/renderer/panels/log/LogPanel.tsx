/** The last lines of the service's log, the latest at the bottom. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useApi } from '../../data/api.ts'
import { CopyButton } from '../../ui/controls/CopyButton.tsx'
import { sentenceOf } from '../../ui/faults.ts'
import { Muted } from '../../ui/text/Text.tsx'
import classes from '../jobs/Jobs.module.css'
import { readableLine } from './logLine.ts'

const LINES = 500

export function LogPanel() {
  const api = useApi()
  const log = useQuery(api.program.log.queryOptions({ input: { lines: LINES }, refetchInterval: 2000, staleTime: 0 }))
  const box = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)
  const lines = log.data
  useEffect(() => {
    // Follow new lines only while the user is at the end.
    if (lines !== undefined && atEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [lines])
  if (log.isError) return <p className={classes.failed}>{sentenceOf(log.error)}</p>
  return (
    <div className={classes.logPanel}>
      <pre
        ref={box}
        className={classes.log}
        role='log'
        aria-label='Log of the service'
        aria-live='off'
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must also scroll by keyboard
        tabIndex={0}
        onScroll={event => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
          atEnd.current = scrollTop + clientHeight >= scrollHeight - 4
        }}
      >
        {lines === undefined || lines.length === 0 ? <Muted>The log is empty.</Muted> : lines.map(readableLine).join('\n')}
      </pre>
      <span className={classes.logCopy}>
        {lines !== undefined && lines.length > 0 && <CopyButton text={lines.join('\n')} what='log' />}
      </span>
    </div>
  )
}
