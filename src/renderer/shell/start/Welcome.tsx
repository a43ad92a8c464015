/** Nothing is open: where to drop, what was open before, what the environment names, and the samples. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useClient } from '../../data/ClientProvider.tsx'
import { desktop } from '../../data/client.ts'
import type { Opening } from '../../state/opening.ts'
import { formatAgo, formatTime } from '../../text/index.ts'
import controls from '../../ui/styles/controls.module.css'
import { PathField } from './PathField.tsx'
import classes from './Welcome.module.css'

export function Welcome({ opening, busyWith }: { readonly opening: Opening; readonly busyWith: string | null }) {
  const client = useClient()
  const info = useQuery({ queryKey: ['info'], queryFn: ({ signal }) => client.program.info(undefined, { signal }) })
  const fromEnvironment = info.data?.defaultCache ?? null
  return (
    <main className={classes.page} data-pane={busyWith === null ? 'centre' : undefined} aria-busy={busyWith !== null}>
      <div className={classes.column}>
        <header>
          <h1 className={classes.title}>GenoLeWM Cache Inspector</h1>
          <p className={controls.muted}>Look into a window-embedding cache. Opening one never writes into it.</p>
        </header>
        <section className={desktop() === null ? classes.open : classes.drop} aria-label='Open a cache'>
          {desktop() !== null && <p>Drop a cache folder anywhere in this window, or</p>}
          <PathField opening={opening} />
          <p role='status' className={classes.status}>
            {busyWith === null ? '' : `Opening ${busyWith}…`}
          </p>
        </section>
        {fromEnvironment !== null && (
          <section>
            <h2 className={controls.heading}>$GENO_LEWM_CACHE</h2>
            <button type='button' className={classes.entry} onClick={() => opening.openFolder(fromEnvironment)}>
              <span className={controls.mono}>{fromEnvironment}</span>
            </button>
          </section>
        )}
        <Recent opening={opening} />
        <section>
          <h2 className={controls.heading}>Try it</h2>
          <button type='button' className={classes.entry} onClick={() => opening.openSample(false)}>
            <span>The sample cache</span>
            <span className={controls.muted}>phage lambda in 3 layers and 3 poolings</span>
          </button>
          <button type='button' className={classes.entry} onClick={() => opening.openSample(true)}>
            <span>The damaged sample</span>
            <span className={controls.muted}>the same, with damage to find and to put right</span>
          </button>
        </section>
        {info.data !== undefined && <p className={`${controls.muted} ${classes.foot}`}>Version {info.data.version}</p>}
      </div>
    </main>
  )
}

function Recent({ opening }: { readonly opening: Opening }) {
  const client = useClient()
  const queries = useQueryClient()
  const recent = useQuery({ queryKey: ['recent'], queryFn: ({ signal }) => client.caches.recent(undefined, { signal }), staleTime: 0 })
  if (recent.data === undefined || recent.data.length === 0) return null
  const take = (list: typeof recent.data): void => {
    queries.setQueryData(['recent'], list)
    desktop()?.recentChanged()
  }
  return (
    <section>
      <h2 className={controls.heading}>Recent caches</h2>
      <ul className={classes.list}>
        {recent.data.map(({ path, openedMs, pinned, exists }) => (
          <li key={path} className={classes.recent}>
            <button type='button' className={classes.entry} onClick={() => opening.openFolder(path)}>
              <span className={controls.mono}>{path}</span>
              <span className={controls.muted} title={formatTime(openedMs)}>
                {exists ? formatAgo(openedMs) : 'not there now'}
              </span>
            </button>
            <button
              type='button'
              className={`${controls.button} ${controls.quiet} ${controls.small}`}
              aria-pressed={pinned}
              aria-label={`${pinned ? 'Pinned' : 'Pin'} ${path}`}
              onClick={() => {
                client.caches.pin({ path, pinned: !pinned }).then(take, () => {})
              }}
            >
              {pinned ? 'Pinned' : 'Pin'}
            </button>
            <button
              type='button'
              className={`${controls.button} ${controls.quiet} ${controls.small}`}
              aria-label={`Forget ${path}`}
              title='Take it off this list; the cache stays as it is'
              onClick={() => {
                client.caches.forget({ path }).then(take, () => {})
              }}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
