/** Everything of a key but the window: what the rows of a shard mostly share. */
import type { WindowKey } from '../../../shared/model/record.ts'

export type KeyConfiguration = Omit<WindowKey, 'windowHash' | 'encoderHash' | 'poolType' | 'dtype'> & {
  readonly encoderHash: string
  readonly poolType: string
  readonly dtype: string
}

/** The five parts as one text, the same for the same parts. */
export function configurationText(c: KeyConfiguration): string {
  return `${c.encoderHash} ${c.stateLayer} ${c.poolType} ${c.poolRadius} ${c.dtype}`
}
