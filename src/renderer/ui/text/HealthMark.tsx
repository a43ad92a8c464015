/** The mark of a health: a coloured shape, drawn so that it looks the same in every font, and a word for screen readers. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { healthColour, healthWord, type Mark } from '../../text/health.ts'
import classes from './HealthMark.module.css'

/** Each in a square of 14. Missing and damaged are filled, unknown is hollow, verified is only a tick. */
const SHAPES: Record<Mark, ReactNode> = {
  verified: <path d='m2.5 7.4 3 3 6-6.6' />,
  unverified: <circle cx='7' cy='7' r='4.2' />,
  readable: (
    <>
      <circle cx='7' cy='7' r='4.2' />
      <path d='M7 2.8a4.2 4.2 0 0 0 0 8.4z' fill='currentColor' stroke='none' />
    </>
  ),
  suspect: (
    <>
      <path d='M7 1.6 13 12.2H1z' fill='var(--c-suspect)' stroke='var(--c-suspect-line)' strokeWidth='1.2' strokeLinejoin='round' />
      <path d='M7 5.4v3.2M7 10.4v.1' stroke='var(--c-suspect-ink)' strokeWidth='1.5' />
    </>
  ),
  damaged: (
    <>
      <rect x='1' y='1' width='12' height='12' rx='2' fill='var(--c-damaged)' stroke='none' />
      <path d='m4.4 4.4 5.2 5.2m0-5.2L4.4 9.6' stroke='var(--c-mark)' />
    </>
  ),
  missing: (
    <>
      <rect x='1.9' y='1.9' width='10.2' height='10.2' rx='1.6' fill='var(--c-missing-in)' strokeWidth='1.8' />
      <path d='M4.8 7h4.4' strokeWidth='1.8' />
    </>
  ),
  unsupported: (
    <>
      <circle cx='7' cy='7' r='4.6' />
      <path d='m3.8 10.2 6.4-6.4' />
    </>
  ),
  unreadable: (
    <>
      <circle cx='7' cy='7' r='4.6' />
      <path d='M4.4 7h5.2' />
    </>
  ),
  quarantined: (
    <>
      <rect x='1.8' y='1.8' width='10.4' height='10.4' rx='1.6' />
      <rect x='4.8' y='4.8' width='4.4' height='4.4' fill='currentColor' stroke='none' />
    </>
  )
}

/**
 * A shape, with a word beside it if `word` is given: `true` for the usual one, or a text such as `2 damaged`. Without it, the usual word is
 * the tooltip and is read by screen readers.
 */
export function HealthMark({ mark, word = false }: { readonly mark: Mark; readonly word?: boolean | string }) {
  const shown = word === true ? healthWord(mark) : word === false ? null : word
  return (
    <span
      className={clsx(classes.mark, classes[mark])}
      style={{ color: healthColour(mark) }}
      title={shown === healthWord(mark) ? undefined : healthWord(mark)}
    >
      <svg
        className={classes.shape}
        viewBox='0 0 14 14'
        width='14'
        height='14'
        fill='none'
        stroke='currentColor'
        strokeWidth='1.6'
        strokeLinecap='round'
        role={shown === null ? 'img' : 'presentation'}
        aria-label={shown === null ? healthWord(mark) : undefined}
        aria-hidden={shown === null ? undefined : true}
      >
        {SHAPES[mark]}
      </svg>
      {shown !== null && <span className={classes.word}>{shown}</span>}
    </span>
  )
}
