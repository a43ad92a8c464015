/**
 * Components whose code is loaded when they are first shown, or earlier with `preload`. Unlike one of `React.lazy`, a loaded one is
 * shown at once, without a placeholder, and one that failed to load can be loaded again.
 */
import { type ComponentType, createElement, type FunctionComponent, use } from 'react'

export type LazyComponent<Props> = FunctionComponent<Props> & {
  /** Loads the code. Never fails: an error is reported where the component is shown. */
  preload(): Promise<void>
}

const preloads: (() => Promise<void>)[] = []
const failed = new Set<() => void>()

/** Show it inside of a `Boundary`, which has the placeholder. */
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
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each component, outside of any other
  const Lazy = (props: Props) => {
    if (loaded === null) void preload()
    return createElement(loaded ?? use(start()), props)
  }
  preloads.push(preload)
  return Object.assign(Lazy, { preload })
}

/** Loads the code of all lazy components that there are by now. Never fails, as `preload`. */
export async function preloadAll(): Promise<void> {
  await Promise.all(preloads.map(preload => preload()))
}

/** Lets components that failed to load be loaded again. */
export function forgetFailedLoads(): void {
  for (const forget of failed) forget()
  failed.clear()
}
