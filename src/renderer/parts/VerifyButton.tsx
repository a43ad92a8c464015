/** Starts a verification; the drawer shows how far it is. */
import type { Scope } from '../../shared/contract/index.ts'
import { useStartJob } from '../state/useStartJob.ts'
import controls from '../ui/styles/controls.module.css'

type Target = { readonly scope: Scope } | { readonly shards: string[] } | Record<never, never>

export function VerifyButton({ of, label }: { readonly of: Target; readonly label: string }) {
  const start = useStartJob()
  return (
    <button type='button' className={`${controls.button} ${controls.small}`} onClick={() => void start({ kind: 'verify', ...of })}>
      {label}
    </button>
  )
}
