/** Provides the connected client to every view. Shows one line with a Restart button when the service is gone. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react'
import { type Client, type Connection, connect, desktop } from './client.ts'

export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'lost'; readonly reason: string }
  | { readonly state: 'up'; readonly client: Client }

export const ClientContext = createContext<Client | null>(null)

/** The client. Use it only inside `ClientProvider`. */
export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === null) throw new Error('useClient outside of ClientProvider')
  return client
}

/**
 * Connects, and connects again after `restart`.
 * @param fallback shown while there is no connection
 */
export function ClientProvider({
  children,
  fallback
}: {
  readonly children: ReactNode
  readonly fallback: (state: ConnectionState, restart: () => void) => ReactNode
}) {
  const [state, setState] = useState<ConnectionState>({ state: 'connecting' })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt connects again
  useEffect(() => {
    let current = true
    const up = ({ client, lost }: Connection): void => {
      if (!current) return
      setState({ state: 'up', client })
      void lost.then(() => current && setState({ state: 'lost', reason: 'the service has stopped' }))
    }
    setState({ state: 'connecting' })
    connect().then(up, error => current && setState({ state: 'lost', reason: error instanceof Error ? error.message : String(error) }))
    return () => {
      current = false
    }
  }, [attempt])
  const restart = useCallback(() => {
    desktop()?.restartService()
    setAttempt(count => count + 1)
  }, [])
  if (state.state !== 'up') return fallback(state, restart)
  return <ClientContext value={state.client}>{children}</ClientContext>
}
