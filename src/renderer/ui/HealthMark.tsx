/** The mark of a health: its shape in its colour, drawn so that it looks the same in every font, and its word for who cannot see it. */
import type { ReactNode } from 'react'
import { healthColour, healthWord, type Mark } from '../text/health.ts'
import classes from './HealthMark.module.css'

const SHAPES: Record<Mark, ReactNode> = {
  verified: <path d='M2 6.5 4.8 9.2 10 3' />,
  unverified: <circle cx='6' cy='6' r='4' />,
  readable: (
    <>
      <circle cx='6' cy='6' r='4' />
      <path d='M6 2a4 4 0 0 0 0 8z' fill='currentColor' />
    </>
  ),
  suspect: <path d='M6 1.8v5M6 9.6v.6' />,
  damaged: <path d='m2.5 2.5 7 7m0-7-7 7' />,
  missing: <circle cx='6' cy='6' r='4.3' strokeDasharray='2 2.5' />,
  unsupported: (
    <>
      <circle cx='6' cy='6' r='4.3' />
      <path d='m3 9 6-6' />
    </>
  ),
  unreadable: (
    <>
      <circle cx='6' cy='6' r='4.3' />
      <path d='M3.6 6h4.8' />
    </>
  ),
  quarantined: (
    <>
      <rect x='1.8' y='1.8' width='8.4' height='8.4' rx='1' />
      <rect x='4.2' y='4.2' width='3.6' height='3.6' fill='currentColor' stroke='none' />
    </>
  )
}

/**
 * Shape, and the word beside it when `word` is given: `true` for the usual one, or a text such as `2 damaged`. Without a word the
 * usual one is read aloud and shown on hover.
 */
export function HealthMark({ mark, word = false }: { readonly mark: Mark; readonly word?: boolean | string }) {
  const shown = word === true ? healthWord(mark) : word === false ? null : word
  return (
    <span className={classes.mark} style={{ color: healthColour(mark) }} title={shown === healthWord(mark) ? undefined : healthWord(mark)}>
      <svg
        className={classes.shape}
        viewBox='0 0 12 12'
        width='12'
        height='12'
        fill='none'
        stroke='currentColor'
        strokeWidth={mark === 'suspect' ? 2.2 : 1.6}
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
