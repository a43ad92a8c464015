/** On how many threads jobs read: what somebody chose, kept with the settings, or as many as there are cores. */
import { z } from 'zod/mini'
import { MAX_WORKERS } from '../../shared/contract/constants.ts'
import { useSetting } from './settings.tsx'

const schema = z.nullable(z.int().check(z.minimum(1), z.maximum(MAX_WORKERS)))

/** Null for as many as cores. */
export function useWorkers(): [number | null, (workers: number | null) => void] {
  return useSetting('workers', schema, null)
}

/**
 * What can be chosen beside one for each core: fewer, to leave the machine to others, or more, where the disk is far away.
 * @param chosen is among them, wherever it was chosen
 */
export function offeredWorkers(cores: number, chosen: number | null): number[] {
  const powers = Array.from({ length: 9 }, (_, n) => 2 ** n).filter(count => count <= Math.max(4, 2 * cores))
  return [...new Set(chosen === null ? powers : [...powers, chosen])].filter(count => count !== cores).sort((a, b) => a - b)
}
