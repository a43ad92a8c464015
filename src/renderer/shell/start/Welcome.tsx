/** The start page: a place to drop a folder, recent caches, the cache in the environment variable, and the samples. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../data/api.ts'
import { useClient } from '../../data/ClientProvider.tsx'
import { desktop } from '../../data/client.ts'
import type { Opening } from '../../state/opening.ts'
import { formatAgo, formatTime } from '../../text/index.ts'
import { BareButton, Button } from '../../ui/controls/Button.tsx'
import { Mono, Muted } from '../../ui/text/Text.tsx'
import { PathField } from './PathField.tsx'
import classes from './Welcome.module.css'

export function Welcome({ opening, busyWith }: { readonly opening: Opening; readonly busyWith: string | null }) {
  const api = useApi()
  const info = useQuery(api.program.info.queryOptions())
  const fromEnvironment = info.data?.defaultCache ?? null
  return (
    <main className={classes.page} data-pane={busyWith === null ? 'centre' : undefined} aria-busy={busyWith !== null}>
      <div className={classes.column}>
        <header>
          <h1>GenoLeWM Cache Inspector</h1>
          <Muted as='p'>Browse a window-embedding cache. Opening a cache never changes it.</Muted>
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
            <h2>$GENO_LEWM_CACHE</h2>
            <BareButton className={classes.entry} onClick={() => opening.openFolder(fromEnvironment)}>
              <Mono>{fromEnvironment}</Mono>
            </BareButton>
          </section>
        )}
        <Recent opening={opening} />
        <section>
          <h2>Try it</h2>
          <BareButton className={classes.entry} onClick={() => opening.openSample(false)}>
            <span>The sample cache</span>
            <Muted>phage lambda in 3 layers and 3 poolings</Muted>
          </BareButton>
          <BareButton className={classes.entry} onClick={() => opening.openSample(true)}>
            <span>The damaged sample</span>
            <Muted>the same cache, with damage to find and repair</Muted>
          </BareButton>
        </section>
        {info.data !== undefined && (
          <Muted as='p' className={classes.foot}>
            Version {info.data.version}
          </Muted>
        )}
      </div>
    </main>
  )
}

function Recent({ opening }: { readonly opening: Opening }) {
  const api = useApi()
  const client = useClient()
  const queries = useQueryClient()
  const recent = useQuery(api.caches.recent.queryOptions({ staleTime: 0 }))
  if (recent.data === undefined || recent.data.length === 0) return null
  const take = (list: typeof recent.data): void => {
    queries.setQueryData(api.caches.recent.queryKey(), list)
    desktop()?.recentChanged()
  }
  return (
    <section>
      <h2>Recent caches</h2>
      <ul className={classes.list}>
        {recent.data.map(({ path, openedMs, pinned, exists }) => (
          <li key={path} className={classes.recent}>
            <BareButton className={classes.entry} onClick={() => opening.openFolder(path)}>
              <Mono>{path}</Mono>
              <Muted title={formatTime(openedMs)}>{exists ? formatAgo(openedMs) : 'not found'}</Muted>
            </BareButton>
            <Button
              kind='quiet'
              small
              aria-pressed={pinned}
              aria-label={`${pinned ? 'Pinned' : 'Pin'} ${path}`}
              onClick={() => {
                client.caches.pin({ path, pinned: !pinned }).then(take, () => {})
              }}
            >
              {pinned ? 'Pinned' : 'Pin'}
            </Button>
            <Button
              kind='quiet'
              small
              aria-label={`Forget ${path}`}
              title='Remove from this list. The cache is not changed.'
              onClick={() => {
                client.caches.forget({ path }).then(take, () => {})
              }}
            >
              Forget
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
