/** The top bar: which cache, that it is only read, the box, and how the cache stands. */

import { useEffect, useState } from 'react'
import type { Opening } from '../../state/opening.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatTime } from '../../text/index.ts'
import { standingMark, verifiedLine } from '../../text/verified.ts'
import { HealthMark } from '../../ui/HealthMark.tsx'
import controls from '../../ui/styles/controls.module.css'
import type { Command } from '../keys/useCommands.ts'
import { CacheMenu } from './CacheMenu.tsx'
import { LookupBox } from './lookup/LookupBox.tsx'
import classes from './TopBar.module.css'
import { VerifyMenu } from './VerifyMenu.tsx'

export function TopBar({ opening, commands }: { readonly opening: Opening; readonly commands: readonly Command[] }) {
  const { summary, canGoBack, canGoForward, back, forward, ask } = useWorkspace()
  const run = (id: string): void => commands.find(command => command.id === id)?.run()
  const now = useMinute()
  const standing = verifiedLine(summary, now)
  const { health, index } = summary
  const mends = (health.damaged ?? 0) > 0 || (index.drift ?? 0) > 0 || index.state === 'missing' || index.state === 'unusable'
  return (
    <header className={classes.bar} data-pane='top'>
      <h1 className={controls.hidden}>GenoLeWM Cache Inspector</h1>
      <div className={classes.left}>
        <CacheMenu opening={opening} commands={commands} />
        {!summary.written && (
          <span
            className={classes.badge}
            title='This program has no record of a change to this cache, and makes none without asking first.'
          >
            READ-ONLY
          </span>
        )}
        <button
          type='button'
          className={`${controls.button} ${controls.quiet} ${classes.arrow}`}
          onClick={back}
          disabled={!canGoBack}
          aria-label='Back'
          title='Back to what was selected before'
        >
          <Chevron d='M7.5 2 3.5 6l4 4' />
        </button>
        <button
          type='button'
          className={`${controls.button} ${controls.quiet} ${classes.arrow}`}
          onClick={forward}
          disabled={!canGoForward}
          aria-label='Forward'
          title='Forward again'
        >
          <Chevron d='m4.5 2 4 4-4 4' />
        </button>
      </div>
      <LookupBox commands={commands} />
      <div className={classes.right}>
        <button
          type='button'
          className={`${controls.button} ${controls.quiet} ${classes.standing}`}
          onClick={() => ask({ kind: 'drawer', panel: 'problems' })}
          title={`${standing}\n${summary.lastVerifiedMs === null ? 'Nothing was verified yet' : `Last verified ${formatTime(summary.lastVerifiedMs)}`}`}
        >
          <HealthMark mark={standingMark(summary)} />
          <span className={classes.words}>{standing}</span>
        </button>
        <VerifyMenu onVerify={() => run('verify')} />
        <button type='button' className={`${controls.button} ${mends ? controls.primary : ''}`} onClick={() => run('repair')}>
          Repair…
        </button>
      </div>
    </header>
  )
}

function Chevron({ d }: { readonly d: string }) {
  return (
    <svg width='12' height='12' viewBox='0 0 12 12' fill='none' stroke='currentColor' strokeWidth='1.6' aria-hidden='true'>
      <path d={d} />
    </svg>
  )
}

/** The time, anew each minute: what is said to be so long ago stays true. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(timer)
  }, [])
  // A verification that ended after the last tick must not lie in the future.
  return Math.max(now, Date.now())
}
