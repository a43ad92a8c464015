/** Whether verifications also ask the second reader, kept with the settings. */
import { z } from 'zod/mini'
import { useSetting } from './settings.tsx'

const schema = z.boolean()

export function useSecondReader(): [boolean, (asked: boolean) => void] {
  return useSetting('secondReader', schema, false)
}
