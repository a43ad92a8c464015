/** Starts a verification. The drawer shows its progress. */

import type { Scope } from '../../shared/contract/index.ts'
import { Button } from '../ui/controls/Button.tsx'
import { useStartJob } from './useStartJob.ts'

type Target = { readonly scope: Scope } | { readonly shards: string[] } | Record<never, never>

export function VerifyButton({ of, label }: { readonly of: Target; readonly label: string }) {
  const start = useStartJob()
  return (
    <Button small onClick={() => void start({ kind: 'verify', ...of })}>
      {label}
    </Button>
  )
}
