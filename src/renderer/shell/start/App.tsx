/** The window from the connection to the workspace. A missing part is reported, never simulated. */

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'
import { ClientProvider, type ConnectionState } from '../../data/ClientProvider.tsx'
import { desktop } from '../../data/client.ts'
import { useKeptFocus } from '../../state/keys/useKeptFocus.ts'
import { SettingsProvider } from '../../state/settings.tsx'
import { pathInUrl } from '../../state/urlPath.ts'
import { Button } from '../../ui/controls/Button.tsx'
import { Banner } from '../../ui/frames/Banner.tsx'
import { Hidden } from '../../ui/text/Text.tsx'
import classes from './App.module.css'
import { loadWorkbench, Start } from './Start.tsx'

/** Queries of one connection. None survives a restart of the service. */
function Queries({ children }: { readonly children: ReactNode }) {
  const [queries] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          // The connection is a port or loopback, so it does not depend on the network.
          queries: { retry: false, refetchOnWindowFocus: false, staleTime: 10_000, gcTime: 60_000, networkMode: 'always' },
          mutations: { networkMode: 'always' }
        }
      })
  )
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>
}

function Connecting() {
  return (
    <main className={classes.line}>
      <Hidden as='h1'>GenoLeWM Cache Inspector</Hidden>
      <p role='status'>Connecting to the service…</p>
    </main>
  )
}

function serviceLine(connection: ConnectionState, restart: () => void) {
  if (connection.state !== 'lost') return <Connecting />
  return (
    <main className={classes.line} data-pane='centre'>
      <Hidden as='h1'>GenoLeWM Cache Inspector</Hidden>
      <Banner
        tone='danger'
        actions={
          <Button kind='primary' onClick={restart}>
            {desktop() === null ? 'Connect again' : 'Restart'}
          </Button>
        }
      >
        The connection to the service was lost: {connection.reason}. This did not change the cache.
        {desktop() === null && ' If lewm-cache serve has ended, start it again and open the address that it prints.'}
      </Banner>
    </main>
  )
}

/** The whole window. */
export function App() {
  // Outlives the connection, so that a restarted service shows the same cache.
  const [wanted, setWanted] = useState<string | null>(pathInUrl)
  useKeptFocus()
  const first = useRef(wanted)
  useEffect(() => {
    // Loads while the window connects. The start page does not need the panes of a cache.
    if (first.current !== null) void loadWorkbench()
  }, [])
  return (
    <ErrorBoundary FallbackComponent={Failed}>
      <Suspense fallback={<Connecting />}>
        <ClientProvider fallback={serviceLine}>
          <Queries>
            <SettingsProvider fallback={<Connecting />}>
              <Start wanted={wanted} onWanted={setWanted} />
            </SettingsProvider>
          </Queries>
        </ClientProvider>
      </Suspense>
    </ErrorBoundary>
  )
}

/** Shown when a part without its own boundary fails. */
function Failed({ error }: FallbackProps) {
  return (
    <main className={classes.line} data-pane='centre'>
      <Hidden as='h1'>GenoLeWM Cache Inspector</Hidden>
      <Banner
        tone='danger'
        actions={
          <Button kind='primary' onClick={() => location.reload()}>
            Reload
          </Button>
        }
      >
        The window failed: {String(error)}. This did not change the cache.
      </Banner>
    </main>
  )
}
