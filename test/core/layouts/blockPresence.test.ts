/** The number of configurations that contain a block, by paths alone. */
import { expect, test } from 'vitest'
import { blockPresence } from '../../../src/main/core/layouts/blockPresence.ts'

const at = (configuration: string, name: string): string => `embeddings/${configuration}/chr${name}.parquet`
const CONFIGURATIONS = ['a__x/3/centered_mean_64', 'a__x/12/centered_mean_64', 'a__x/12/global_mean_0', 'b/12/centered_mean_64'] as const
const [FIRST, SECOND, THIRD, FOURTH] = CONFIGURATIONS

test('encoder, layer, pool and radius distinguish configurations', () => {
  const lost = at(SECOND, '17_4')
  const present = [FIRST, THIRD, FOURTH].map(each => at(each, '17_4'))
  const found = blockPresence([...present, at(SECOND, '17_3')], [lost])
  expect([...found]).toEqual([[lost, { contig: '17', strideBlock: 4, configurations: 4, presentIn: 3 }]])
})

test('another block, another contig and a name with the same prefix do not match', () => {
  const lost = at(FIRST, '1_4')
  const present = [at(SECOND, '1_5'), at(THIRD, '11_4'), at(FOURTH, '1_44')]
  expect(blockPresence(present, [lost]).get(lost)).toMatchObject({ configurations: 4, presentIn: 0 })
})

test('contigs are the same with and without chr', () => {
  const lost = at(FIRST, '1_4')
  expect(blockPresence([at(SECOND, 'chr1_4')], [lost]).get(lost)).toMatchObject({ configurations: 2, presentIn: 1 })
})

test('several lost shards count each other’s configurations, but not each other', () => {
  const lost = [at(FIRST, '1_4'), at(SECOND, '1_4')]
  const found = blockPresence([at(THIRD, '1_4')], lost)
  for (const path of lost) expect(found.get(path)).toMatchObject({ configurations: 3, presentIn: 1 })
})

test('files outside of the layout are in no configuration', () => {
  const lost = at(FIRST, '1_4')
  const strays = ['embeddings/loose.parquet', `embeddings/${SECOND}/deeper/chr1_4.parquet`, `embeddings/${THIRD}/chr1_04.parquet`]
  const found = blockPresence(strays, [lost, 'embeddings/other.parquet'])
  expect([...found.keys()]).toEqual([lost])
  expect(found.get(lost)).toMatchObject({ configurations: 1, presentIn: 0 })
})
