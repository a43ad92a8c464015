/** Footers, page headers and page indexes with single errors in their Thrift: of generated files, and of those of both writers. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { FilePlan } from '../maker/plan.ts'
import { readThriftTree } from '../maker/readThriftTree.ts'
import { COLUMN_NAMES, columnOf } from '../maker/shardPlan.ts'
import type { TStruct } from '../maker/thriftTree.ts'
import { writeThrift } from '../maker/thriftTree.ts'
import type { Rng } from '../rng.ts'
import { soundTweak } from './soundFiles.ts'
import { thriftFault } from './thriftEdits.ts'
import { basePlan } from './tweaks.ts'

/** An error in the part of a plan's file that `into` selects. */
function faultIn(where: string, fault: Tweak<TStruct>, into: (plan: FilePlan, apply: (tree: TStruct) => void) => void): Tweak<FilePlan> {
  return {
    get name() {
      return `${where}: ${fault.name}`
    },
    apply: plan => into(plan, fault.apply)
  }
}

function footerFault(rng: Rng): Tweak<FilePlan> {
  // Schema elements and chunk metadata contain most of the information.
  const under = rng.pick(['', '', '.2', `.2[${rng.below(16)}]`, '.4', `.4[0].1[${rng.below(13)}]`, '.5', '.7'])
  return faultIn('footer', thriftFault(rng, under), (plan, apply) => plan.footerEdits.push(apply))
}

function headerFault(rng: Rng): Tweak<FilePlan> {
  const column = rng.pick([...COLUMN_NAMES, 'embedding', 'embedding'])
  const page = rng.below(3)
  return faultIn(`header of page ${page} of ${column}`, thriftFault(rng), (plan, apply) => {
    columnOf(plan, column).chunk.pageEdits.push(pages => {
      const chosen = pages[Math.min(page, pages.length - 1)]
      if (chosen !== undefined) apply(chosen.header)
    })
  })
}

function indexFault(rng: Rng): Tweak<FilePlan> {
  const column = rng.below(14)
  const offsets = rng.chance(0.6)
  return faultIn(offsets ? 'offset index' : 'column index', thriftFault(rng), (plan, apply) => {
    for (const { chunk } of plan.columns) Object.assign(chunk, { pageIndex: true, pageSlots: 3 })
    plan.indexEdits.push((columnIndex, offsetIndex, at) => {
      if (at === column || at === 9) apply(offsets ? offsetIndex : columnIndex)
    })
  })
}

export const thriftFiles: CaseKind = {
  name: 'thrift',
  weight: 16,
  draft: (rng, workshop) => {
    const start = basePlan(rng)
    const before = Array.from({ length: rng.below(3) }, () => soundTweak(rng, workshop))
    const fault = rng.pick([footerFault, footerFault, footerFault, headerFault, headerFault, indexFault])
    const faults = Array.from({ length: rng.pick([1, 1, 1, 1, 2]) }, () => fault(rng))
    return tweaked('a shard of the maker', start, [...before, ...faults], makeParquet)
  }
}

/** A valid file's bytes with a changed footer. */
function withFooter(bytes: Buffer, change: (footer: TStruct) => void): Buffer {
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  const { tree } = readThriftTree(bytes.subarray(0, bytes.length - 8), start)
  change(tree)
  const footer = writeThrift(tree)
  const tail = Buffer.alloc(8, 'PAR1PAR1')
  tail.writeUInt32LE(footer.length)
  return Buffer.concat([bytes.subarray(0, start), footer, tail])
}

export const thriftOfWriters: CaseKind = {
  name: 'thrift of both writers',
  weight: 8,
  draft: (rng, workshop) => {
    const writer = rng.pick(['geno_lewm', 'lewm-cache'] as const)
    const which = rng.below(8)
    const faults = Array.from({ length: rng.pick([1, 1, 1, 2]) }, () =>
      thriftFault(rng, rng.pick(['', '.2', '.4', `.2[${rng.below(16)}]`]))
    )
    return {
      get parts() {
        return [`shard ${which} of ${writer}`, ...faults.map(({ name }) => `footer: ${name}`)]
      },
      sound: false,
      make: async left =>
        withFooter(await workshop.shard(writer, which), footer => {
          for (const [i, { apply }] of faults.entries()) if (!left.has(i + 1)) apply(footer)
        })
    }
  }
}
