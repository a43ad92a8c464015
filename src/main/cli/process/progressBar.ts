/** A progress bar on a terminal (standard error), and nothing elsewhere. The bar is removed before the result is printed. */
import type { SingleBar } from 'cli-progress'
import type { Progress } from '../../../shared/model/report.ts'
import { bytesText, countOf } from '../text/numbers.ts'
import type { Io, Terminal } from './io.ts'

export type ProgressBar = {
  readonly update: (progress: Progress) => void
  /** Removes the bar from the terminal. The next update draws it again. */
  readonly clear: () => void
}

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  list: 'listing',
  read: 'reading',
  compare: 'comparing',
  index: 'indexing',
  move: 'moving'
}

const FORMAT = '{phase} {bar} {percentage}%  {done}  {bytes}  {eta_formatted} left  {findings}'
const START = { phase: 'starting', done: '', bytes: '', findings: '' }

/** Values of `TERM` for terminals that print escape sequences as text. */
const PLAIN_TERMINALS: ReadonlySet<string> = new Set(['', 'dumb', 'unknown'])

/** @param quiet draws nothing, as if standard error were not a terminal */
export function openProgressBar({ stderr, env }: Pick<Io, 'stderr' | 'env'>, quiet: boolean): ProgressBar {
  if (quiet || !canRedraw(stderr, env)) return { update: () => undefined, clear: () => undefined }
  let bar: Promise<SingleBar> | null = null
  let shown: SingleBar | null = null
  const show = async () => {
    const mine = loadBar(stderr)
    bar = mine
    const loaded = await mine
    // It was removed while the library was loading.
    if (bar !== mine) return
    shown = loaded
    shown.start(1, 0, START)
  }
  const clear = () => {
    shown?.stop()
    shown = null
    bar = null
  }
  // On any exit, the terminal gets its cursor and its line wrap back.
  process.once('exit', clear)
  return {
    update: progress => {
      if (bar === null) void show()
      const byBytes = progress.bytesTotal > 0
      shown?.setTotal(Math.max(1, byBytes ? progress.bytesTotal : progress.total))
      shown?.update(byBytes ? progress.bytesDone : progress.done, facts(progress))
    },
    clear
  }
}

function canRedraw(stderr: Terminal, env: NodeJS.ProcessEnv): boolean {
  if (stderr.isTTY !== true) return false
  // Windows sets no TERM.
  return process.platform === 'win32' || !PLAIN_TERMINALS.has(env.TERM ?? '')
}

async function loadBar(stderr: Terminal): Promise<SingleBar> {
  const { default: progress } = await import('cli-progress')
  return new progress.SingleBar({
    format: FORMAT,
    stream: stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false
  })
}

function facts(progress: Progress) {
  return {
    phase: PHASES[progress.phase],
    done: `${progress.done}/${countOf(progress.total, 'shard')}`,
    bytes: progress.bytesTotal > 0 ? `${bytesText(progress.bytesDone)} of ${bytesText(progress.bytesTotal)}` : '',
    findings: countOf(progress.findings, 'finding')
  }
}
