/** Copies, and says so for a moment: with a tick, and aloud. */
import { type ReactNode, useEffect, useState } from 'react'
import styles from './CopyButton.module.css'
import { copyText } from './copyText.ts'
import { sentenceOf } from './faults.ts'
import controls from './styles/controls.module.css'

const SAID_MS = 1400

/** What was done last, for a moment. */
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

/** A small button beside a text. @param what for its name: "Copy {what}" */
export function CopyButton({ text, what, tabIndex }: { readonly text: string; readonly what: string; readonly tabIndex?: number }) {
  const [done, run] = useDone()
  return (
    <>
      <button
        type='button'
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
      </button>
      <Said text={done} />
    </>
  )
}

/** Heard, not seen. */
export function Said({ text }: { readonly text: ReactNode }) {
  return (
    <span className={controls.hidden} role='status'>
      {text}
    </span>
  )
}

export function CopyIcon() {
  return (
    <svg viewBox='0 0 12 12' width='12' height='12' fill='none' stroke='currentColor' strokeWidth='1.1' aria-hidden='true'>
      <rect x='1.5' y='1.5' width='6.5' height='6.5' rx='1' />
      <path d='M4 10.5h5.5a1 1 0 0 0 1-1V4' />
    </svg>
  )
}

export function TickIcon() {
  return (
    <svg viewBox='0 0 12 12' width='12' height='12' fill='none' stroke='currentColor' strokeWidth='1.6' aria-hidden='true'>
      <path d='M2 6.5 4.8 9.2 10 3' />
    </svg>
  )
}
