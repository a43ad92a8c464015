/** A scope's parts in words, outermost first. */
import type { Scope } from '../../shared/contract/index.ts'

export type ScopePart = { readonly name: string; readonly value: string }

export function scopeParts({ encoder, stateLayer, pool, contig }: Scope): readonly ScopePart[] {
  return [
    ...(encoder === undefined ? [] : [{ name: 'Encoder', value: encoder }]),
    ...(stateLayer === undefined ? [] : [{ name: 'Layer', value: layerText(stateLayer) }]),
    ...(pool === undefined ? [] : [{ name: 'Pool', value: pool }]),
    ...(contig === undefined ? [] : [{ name: 'Contig', value: contig }])
  ]
}

/** `3`, `−1 (last)`. */
export function layerText(stateLayer: number): string {
  return stateLayer === -1 ? '−1 (last)' : String(stateLayer).replace('-', '−')
}
