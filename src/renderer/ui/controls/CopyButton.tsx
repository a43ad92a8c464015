/** Copies a text, then confirms for a moment with a tick and to screen readers. */

import { type ReactNode, useEffect, useState } from 'react'
import { copyText } from '../copyText.ts'
import { sentenceOf } from '../faults.ts'
import { Hidden } from '../text/Text.tsx'
import { BareButton } from './Button.tsx'
import styles from './CopyButton.module.css'
import { CopyIcon, TickIcon } from './Icons.tsx'

const SAID_MS = 1400

/** The result of the last action, for a moment. */
export function useDone(): readonly [done: string | null, run: (what: string, act: () => Promise<unknown>) => void] {
  const [done, setDone] = useState<string | null>(null)
  useEffect(() => {
    if (done === null) return
    const timer = setTimeout(() => setDone(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [done])
  const run = (what: string, act: () => Promise<unknown>): void => {
    act().then(
      result => setDone(result === false ? null : what),
      error => setDone(`not copied: ${sentenceOf(error)}`)
    )
  }
  return [done, run]
}

/** A small button beside a text. @param what part of its name: "Copy {what}" */
export function CopyButton({ text, what, tabIndex }: { readonly text: string; readonly what: string; readonly tabIndex?: number }) {
  const [done, run] = useDone()
  return (
    <>
      <BareButton
        className={styles.icon}
        aria-label={`Copy ${what}`}
        title={`Copy ${what}`}
        tabIndex={tabIndex}
        onClick={event => {
          event.stopPropagation()
          run(`${what} copied`, () => copyText(text))
        }}
      >
        {done === null ? <CopyIcon /> : <TickIcon />}
      </BareButton>
      <Said text={done} />
    </>
  )
}

/** For screen readers only. */
export function Said({ text }: { readonly text: ReactNode }) {
  return <Hidden role='status'>{text}</Hidden>
}
