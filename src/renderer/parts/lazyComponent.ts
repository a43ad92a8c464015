/**
 * Components whose code is loaded when they are first shown, or earlier with `preload`. Unlike `React.lazy`, a loaded component is shown at
 * once, without a placeholder, and a component that failed to load can be loaded again.
 */
import { type ComponentType, createElement, type FunctionComponent, use } from 'react'

export type LazyComponent<Props> = FunctionComponent<Props> & {
  /** Loads the code. Never fails. An error is reported where the component is shown. */
  preload(): Promise<void>
}

const preloads: (() => Promise<void>)[] = []
const failed = new Set<() => void>()

/** Show it inside a `Boundary`, which provides the placeholder. */
export function lazyComponent<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyComponent<Props> {
  let loaded: ComponentType<Props> | null = null
  let loading: Promise<ComponentType<Props>> | null = null
  const start = (): Promise<ComponentType<Props>> => {
    loading ??= load()
    return loading
  }
  const forget = (): void => {
    loading = null
  }
  const preload = (): Promise<void> =>
    start().then(
      component => {
        loaded = component
      },
      () => {
        failed.add(forget)
      }
    )
  // biome-ignore lint/correctness/noComponentHookFactories: called once per component, at module level
  const Lazy = (props: Props) => {
    if (loaded === null) void preload()
    return createElement(loaded ?? use(start()), props)
  }
  preloads.push(preload)
  return Object.assign(Lazy, { preload })
}

/** Loads the code of all lazy components that exist so far. Never fails, like `preload`. */
export async function preloadAll(): Promise<void> {
  await Promise.all(preloads.map(preload => preload()))
}

/** Allows components that failed to load to be loaded again. */
export function forgetFailedLoads(): void {
  for (const forget of failed) forget()
  failed.clear()
}
