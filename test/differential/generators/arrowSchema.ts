/** `ARROW:schema` entries: with other columns, other types, damaged, duplicated, or with different names than the columns. */
import type { CaseKind, DraftCase, Tweak } from '../cases.ts'
import { tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { FilePlan } from '../maker/plan.ts'
import type { Rng } from '../rng.ts'
import type { Workshop } from '../workshop.ts'
import { soundTweak } from './soundFiles.ts'
import { basePlan } from './tweaks.ts'

function schemaTweak(rng: Rng, workshop: Workshop): Tweak<FilePlan> {
  const [own = ''] = workshop.arrowSchemas.flatMap(([name, text]) => (name === 'own' ? [text] : []))
  const [title, other] = rng.pick(workshop.arrowSchemas)
  const add = (name: string, value: string | Uint8Array | null, key = 'ARROW:schema'): Tweak<FilePlan> => ({
    name: `ARROW:schema ${name}`,
    apply: plan => void plan.keyValues.push({ key, value })
  })
  const flipped = (bytes: Buffer, bits: number): string => {
    const copy = Buffer.from(bytes)
    for (let i = 0; i < bits; i++) {
      const at = rng.below(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << rng.below(8))
    }
    return copy.toString('base64')
  }
  const raw = Buffer.from(own, 'base64')
  const cut = rng.below(own.length)
  const bits = rng.pick([1, 1, 1, 2, 8])
  if (rng.chance(0.5)) return add(title, other)
  if (rng.chance(0.4)) return add(`with ${bits} bits flipped`, flipped(raw, bits))
  const at = rng.below(own.length)
  const text = `${own.slice(0, at)}${String.fromCharCode(own.charCodeAt(at) ^ (1 << rng.below(7)))}${own.slice(at + 1)}`
  return rng.pick<Tweak<FilePlan>>([
    add('with a changed letter', text),
    add('with a changed letter', text),
    add('empty', ''),
    add('without a value', null),
    add(`cut off after ${cut} letters`, own.slice(0, cut)),
    add(`its bytes cut off`, raw.subarray(0, cut % raw.length).toString('base64')),
    add('with spaces', `${own.slice(0, 40)}\n${own.slice(40)}`),
    add('with text behind', `${own}AAAA`),
    add('with one letter behind', `${own}x`),
    add('without padding', own.replace(/=+$/, '')),
    add('in the other alphabet', own.replaceAll('+', '-').replaceAll('/', '_')),
    add('as bytes, not text', raw),
    add('without the marker of its length', raw.subarray(4).toString('base64')),
    add('of zeros', Buffer.alloc(200).toString('base64')),
    add('under another name', own, 'arrow:schema'),
    { name: 'ARROW:schema twice, first another', apply: plan => void plan.keyValues.push({ key: 'ARROW:schema', value: other }, { key: 'ARROW:schema', value: own }) },
    { name: 'ARROW:schema twice, then another', apply: plan => void plan.keyValues.push({ key: 'ARROW:schema', value: own }, { key: 'ARROW:schema', value: other }) }
  ]) // biome-ignore format: one choice a line
}

export const arrowSchemas: CaseKind = {
  name: 'arrow schema',
  weight: 10,
  draft: (rng, workshop): DraftCase => {
    const start = basePlan(rng, rng.between(1, 5))
    const after = rng.chance(0.4) ? [soundTweak(rng, workshop)] : []
    return tweaked('a shard of the maker', start, [schemaTweak(rng, workshop), ...after], makeParquet)
  }
}
