/** The top bar: the cache, whether it is read-only, the search box, and the state of the cache. */

import { useEffect, useState } from 'react'
import type { Opening } from '../../state/opening.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { formatTime } from '../../text/index.ts'
import { standingMark, verifiedLine } from '../../text/verified.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { BackIcon, ForwardIcon, LockIcon } from '../../ui/controls/Icons.tsx'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { Hidden } from '../../ui/text/Text.tsx'
import type { Command } from '../keys/useCommands.ts'
import { CacheMenu } from './CacheMenu.tsx'
import { LookupBox } from './lookup/LookupBox.tsx'
import classes from './TopBar.module.css'
import { VerifyMenu } from './VerifyMenu.tsx'

export function TopBar({ opening, commands }: { readonly opening: Opening; readonly commands: readonly Command[] }) {
  const { summary, canGoBack, canGoForward, back, forward, ask } = useWorkspace(
    'summary',
    'canGoBack',
    'canGoForward',
    'back',
    'forward',
    'ask'
  )
  const run = (id: string): void => commands.find(command => command.id === id)?.run()
  const now = useMinute()
  const state = verifiedLine(summary, now)
  const { health, index } = summary
  const repairs = (health.damaged ?? 0) > 0 || (index.drift ?? 0) > 0 || index.state === 'missing' || index.state === 'unusable'
  return (
    <header className={classes.bar} data-pane='top'>
      <Hidden as='h1'>GenoLeWM Cache Inspector</Hidden>
      <div className={classes.left}>
        <CacheMenu opening={opening} commands={commands} />
        {!summary.written && (
          <span
            className={classes.badge}
            title='This program has no record of a change to this cache, and makes none without asking first.'
          >
            <LockIcon />
            <span>Read-only</span>
          </span>
        )}
        <Button kind='quiet' small square onClick={back} disabled={!canGoBack} aria-label='Back' title='Back to what was selected before'>
          <BackIcon />
        </Button>
        <Button kind='quiet' small square onClick={forward} disabled={!canGoForward} aria-label='Forward' title='Forward again'>
          <ForwardIcon />
        </Button>
      </div>
      <LookupBox commands={commands} />
      <div className={classes.right}>
        <Button
          kind='quiet'
          className={classes.state}
          onClick={() => ask({ kind: 'drawer', panel: 'problems' })}
          title={`${state}\n${summary.lastVerifiedMs === null ? 'Not verified yet' : `Last verified ${formatTime(summary.lastVerifiedMs)}`}`}
        >
          <HealthMark mark={standingMark(summary)} />
          <span className={classes.words}>{state}</span>
        </Button>
        <VerifyMenu onVerify={() => run('verify')} />
        <Button kind={repairs ? 'primary' : 'plain'} onClick={() => run('repair')}>
          Repair…
        </Button>
      </div>
    </header>
  )
}

/** The time, updated every minute, so that ages stay correct. */
function useMinute(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(timer)
  }, [])
  // A verification that ended after the last tick must not be in the future.
  return Math.max(now, Date.now())
}
