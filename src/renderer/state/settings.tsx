/** Settings that the window keeps between two starts, in one record in the service. Each reader names its key and validates the value. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ZodMiniType } from 'zod/mini'
import { useClient } from '../data/ClientProvider.tsx'

type Settings = {
  readonly values: Readonly<Record<string, unknown>>
  save(key: string, value: unknown): void
}

const SettingsContext = createContext<Settings | null>(null)

/** Shortest time between two saves, ms. */
const SAVE_AFTER = 300

/**
 * A setting and its setter. A saved value that does not match the schema is ignored.
 * @param schema must stay the same object between calls, like `fallback`
 */
export function useSetting<T>(key: string, schema: ZodMiniType<T>, fallback: T): [T, (value: T) => void] {
  const settings = useContext(SettingsContext)
  if (settings === null) throw new Error('useSetting outside of SettingsProvider')
  const { values, save } = settings
  const kept = values[key]
  const value = useMemo(() => {
    const parsed = schema.safeParse(kept)
    return parsed.success ? parsed.data : fallback
  }, [kept, schema, fallback])
  const change = useCallback((next: T) => save(key, next), [key, save])
  return [value, change]
}

/** Reads the settings once, then shows its children. @param fallback shown until then */
export function SettingsProvider({ fallback, children }: { readonly fallback: ReactNode; readonly children: ReactNode }) {
  const client = useClient()
  const [values, setValues] = useState<Readonly<Record<string, unknown>> | null>(null)
  const latest = useRef<Record<string, unknown>>({})
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    let current = true
    const take = (found: Record<string, unknown>): void => {
      if (!current) return
      latest.current = found
      setValues(found)
    }
    // The window works without its settings.
    client.program.settings().then(take, () => take({}))
    return () => {
      current = false
    }
  }, [client])
  const flush = useCallback(() => {
    if (timer.current === undefined) return
    clearTimeout(timer.current)
    timer.current = undefined
    client.program.saveSettings(latest.current).catch(() => {})
  }, [client])
  useEffect(() => {
    window.addEventListener('pagehide', flush)
    return () => window.removeEventListener('pagehide', flush)
  }, [flush])
  const save = useCallback(
    (key: string, value: unknown) => {
      latest.current = { ...latest.current, [key]: value }
      setValues(latest.current)
      clearTimeout(timer.current)
      timer.current = setTimeout(flush, SAVE_AFTER)
    },
    [flush]
  )
  const settings = useMemo(() => (values === null ? null : { values, save }), [values, save])
  if (settings === null) return fallback
  return <SettingsContext value={settings}>{children}</SettingsContext>
}
