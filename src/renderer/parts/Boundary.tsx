/** Holds a part of the window: a placeholder while its code is loaded, and a sentence when it fails. The rest of the window goes on. */
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, Suspense } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import controls from '../ui/styles/controls.module.css'
import view from '../ui/styles/view.module.css'
import { forgetFailedLoads } from './lazyComponent.ts'

/**
 * Another selection, or "Try again", shows the part again. React writes the error to the console.
 * @param name with its article, as in "The log"
 * @param fallback replaces the sentence, where it needs a frame of its own
 */
export function Boundary({
  name,
  placeholder = <Loading />,
  fallback = failure => <Failure {...failure} />,
  children
}: {
  readonly name: string
  readonly placeholder?: ReactNode
  readonly fallback?: (failure: PartFailure) => ReactNode
  readonly children: ReactNode
}) {
  const { selection } = useWorkspace()
  const queries = useQueryClient()
  const reset = (): void => {
    forgetFailedLoads()
    // An answer that only the failed part used may be why it failed: it is asked for again.
    queries.removeQueries({ type: 'inactive' })
  }
  const render = ({ error, resetErrorBoundary }: FallbackProps): ReactNode => fallback({ name, error, retry: () => resetErrorBoundary() })
  return (
    <ErrorBoundary resetKeys={[selection]} onReset={reset} fallbackRender={render}>
      <Suspense fallback={placeholder}>{children}</Suspense>
    </ErrorBoundary>
  )
}

export type PartFailure = { readonly name: string; readonly error: unknown; readonly retry: () => void }

function Failure({ retry, ...failure }: PartFailure) {
  return (
    <div className={controls.empty} role='alert'>
      <FailureText {...failure} />
      <p>
        <button type='button' className={`${controls.button} ${controls.small}`} onClick={retry}>
          Try again
        </button>
      </p>
    </div>
  )
}

/** What failed and why. */
export function FailureText({ name, error }: Pick<PartFailure, 'name' | 'error'>) {
  return (
    <>
      <p>{name} failed. The rest of the window still works.</p>
      <p className={controls.mono}>{String(error)}</p>
    </>
  )
}

function Loading() {
  return <div className={view.tab} aria-busy />
}
