/** The number of reader threads of a job: the user's choice, saved with the settings, or one per core. */
import { z } from 'zod/mini'
import { MAX_WORKERS } from '../../shared/contract/constants.ts'
import { useSetting } from './settings.tsx'

const schema = z.nullable(z.int().check(z.minimum(1), z.maximum(MAX_WORKERS)))

/** Null for one thread per core. */
export function useWorkers(): [number | null, (workers: number | null) => void] {
  return useSetting('workers', schema, null)
}

/**
 * The choices besides one thread per core. Fewer leave cores to other programs. More can help if the disk is remote.
 * @param chosen included in the list, even if it was set elsewhere
 */
export function offeredWorkers(cores: number, chosen: number | null): number[] {
  const powers = Array.from({ length: 9 }, (_, n) => 2 ** n).filter(count => count <= Math.max(4, 2 * cores))
  return [...new Set(chosen === null ? powers : [...powers, chosen])].filter(count => count !== cores).sort((a, b) => a - b)
}
