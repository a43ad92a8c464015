/**
 * Wraps a part of the window. Shows a placeholder while its code loads, and a sentence when it fails. The rest of the window keeps working.
 */

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, Suspense } from 'react'
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import { Button } from '../ui/controls/Button.tsx'
import { Empty } from '../ui/frames/Empty.tsx'
import view from '../ui/styles/view.module.css'
import { Mono } from '../ui/text/Text.tsx'
import { forgetFailedLoads } from './lazyComponent.ts'

/**
 * Another selection, or "Try again", shows the part again. React writes the error to the console.
 * @param name with its article, as in "The log"
 * @param fallback replaces the sentence where it needs a frame of its own
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
  const { selection } = useWorkspace('selection')
  const queries = useQueryClient()
  const reset = (): void => {
    forgetFailedLoads()
    // An answer that only the failed part used may be the cause of the failure. Ask for it again.
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
    <Empty role='alert'>
      <FailureText {...failure} />
      <p>
        <Button small onClick={retry}>
          Try again
        </Button>
      </p>
    </Empty>
  )
}

/** Says which part failed and why. */
export function FailureText({ name, error }: Pick<PartFailure, 'name' | 'error'>) {
  return (
    <>
      <p>{name} failed. The rest of the window still works.</p>
      <Mono as='p'>{String(error)}</Mono>
    </>
  )
}

function Loading() {
  return <div className={view.tab} aria-busy />
}
