/** Whether verifications also use the second reader. Saved with the settings. */
import { z } from 'zod/mini'
import { useSetting } from './settings.tsx'

const schema = z.boolean()

export function useSecondReader(): [boolean, (asked: boolean) => void] {
  return useSetting('secondReader', schema, false)
}
