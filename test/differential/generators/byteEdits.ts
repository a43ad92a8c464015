/** Bytes that changed after they were written: flips in footers, page headers and pages, overwrites, truncations, swapped pages. */
import type { CaseKind, DraftCase, Tweak } from '../cases.ts'
import { readThriftTree } from '../maker/readThriftTree.ts'
import { numberOf, structOf, structsOf } from '../maker/thriftTree.ts'
import type { Rng } from '../rng.ts'
import type { Workshop } from '../workshop.ts'

type Range = { readonly start: number; readonly end: number }
/** The location of the parts of a valid file. */
type Map = { readonly footer: Range; readonly headers: readonly Range[]; readonly bodies: readonly Range[] }
type Bytes = { bytes: Buffer; readonly map: Map }

/** Finds the pages of a valid file by its footer. */
function mapOf(bytes: Buffer): Map {
  const end = bytes.length - 8
  const start = end - bytes.readUInt32LE(end)
  const { tree } = readThriftTree(bytes.subarray(0, end), start)
  const headers: Range[] = []
  const bodies: Range[] = []
  for (const group of structsOf(tree, 4)) {
    for (const column of structsOf(group, 1)) {
      const meta = structOf(column, 3)
      const [data, dictionary] = [numberOf(meta, 9) ?? 0, numberOf(meta, 11) ?? 0]
      let at = dictionary > 0 ? Math.min(data, dictionary) : data
      const last = at + (numberOf(meta, 7) ?? 0)
      while (at >= 4 && at < last) {
        const header = readThriftTree(bytes, at)
        const size = numberOf(header.tree, 3) ?? 0
        headers.push({ start: at, end: header.end })
        bodies.push({ start: header.end, end: header.end + size })
        at = header.end + size
      }
    }
  }
  return { footer: { start, end: bytes.length }, headers, bodies }
}

/** A position in a range, given as fractions, so that it fits any file. */
function placeIn(ranges: readonly Range[], which: number, share: number): number {
  const range = ranges[Math.floor(which * ranges.length)] ?? { start: 0, end: 1 }
  return range.start + Math.floor(share * (range.end - range.start))
}

const SHARES = 2 ** 20
const share = (rng: Rng): number => rng.below(SHARES) / SHARES

function flip(rng: Rng, where: 'footer' | 'header' | 'page'): Tweak<Bytes> {
  const [which, at, bit] = [share(rng), share(rng), rng.below(8)]
  let said = `a flipped bit in a ${where}`
  return {
    get name() {
      return said
    },
    apply: thing => {
      const ranges = where === 'footer' ? [thing.map.footer] : where === 'header' ? thing.map.headers : thing.map.bodies
      const place = placeIn(ranges, which, at)
      said = `bit ${bit} of byte ${place} flipped, in a ${where}`
      thing.bytes[place] = (thing.bytes[place] ?? 0) ^ (1 << bit)
    }
  }
}

function anyEdit(rng: Rng): Tweak<Bytes> {
  const [one, two] = [share(rng), share(rng)]
  const length = rng.pick([1, 2, 4, 8, 16, 100, 1000])
  const fill = rng.pick([0, 255, 7])
  const random = rng.bytes(length)
  const at = (thing: Bytes): number => Math.floor(one * thing.bytes.length)
  const other = (thing: Bytes): number => Math.floor(two * thing.bytes.length)
  const change = (name: string, edit: (thing: Bytes) => Buffer): Tweak<Bytes> => ({
    name: `${name} at ${one.toFixed(4)} of the file`,
    apply: thing => {
      thing.bytes = edit(thing)
    }
  })
  return rng.pick<Tweak<Bytes>>([
    change(`${length} bytes of ${fill}`, thing => thing.bytes.fill(fill, at(thing), Math.min(thing.bytes.length, at(thing) + length))),
    change(`${length} random bytes`, thing => {
      random.copy(thing.bytes, at(thing))
      return thing.bytes
    }),
    change('cut off', thing => thing.bytes.subarray(0, at(thing))),
    change('its beginning cut off', thing => thing.bytes.subarray(at(thing))),
    change(`${length} bytes taken out`, thing =>
      Buffer.concat([thing.bytes.subarray(0, at(thing)), thing.bytes.subarray(at(thing) + length)])
    ),
    change(`${length} bytes put in`, thing => Buffer.concat([thing.bytes.subarray(0, at(thing)), random, thing.bytes.subarray(at(thing))])),
    change(`${length} bytes behind`, thing => Buffer.concat([thing.bytes, random])),
    change('a block from elsewhere', thing => {
      thing.bytes.copy(thing.bytes, at(thing), other(thing), other(thing) + length)
      return thing.bytes
    }),
    change('the file twice', thing => Buffer.concat([thing.bytes, thing.bytes])),
    change('a block of zeros to the end', thing => thing.bytes.fill(0, at(thing))),
    change("two pages in each other's place", thing => swapped(thing, one, two))
  ])
}

/** Swaps two pages of the same size, or equal lengths of them. */
function swapped({ bytes, map }: Bytes, one: number, two: number): Buffer {
  const pages = map.headers.map((header, i) => ({ start: header.start, end: map.bodies[i]?.end ?? header.end }))
  const a = pages[Math.floor(one * pages.length)]
  const same = pages.filter(page => a !== undefined && page !== a && page.end - page.start === a.end - a.start)
  const b = same[Math.floor(two * same.length)] ?? pages[Math.floor(two * pages.length)]
  if (a === undefined || b === undefined) return bytes
  const [first, second] = [Buffer.from(bytes.subarray(a.start, a.end)), Buffer.from(bytes.subarray(b.start, b.end))]
  second.copy(bytes, a.start, 0, Math.min(second.length, first.length))
  first.copy(bytes, b.start, 0, Math.min(second.length, first.length))
  return bytes
}

function bytesCase(base: string, source: () => Promise<Buffer | null>, edits: readonly Tweak<Bytes>[]): DraftCase {
  return {
    get parts() {
      return [base, ...edits.map(({ name }) => name)]
    },
    sound: false,
    make: async left => {
      const original = await source()
      if (original === null) return null
      const thing: Bytes = { bytes: Buffer.from(original), map: mapOf(original) }
      for (const [i, { apply }] of edits.entries()) if (!left.has(i + 1)) apply(thing)
      return thing.bytes
    }
  }
}

function ofWriter(name: string, weight: number, draw: (rng: Rng) => Tweak<Bytes>, writer: 'geno_lewm' | 'lewm-cache'): CaseKind {
  return {
    name: `${name} of ${writer}`,
    weight,
    draft: (rng, workshop: Workshop) => {
      const which = rng.below(8)
      const edits = Array.from({ length: rng.pick([1, 1, 1, 1, 2, 3]) }, () => draw(rng))
      return bytesCase(`shard ${which} of ${writer}`, () => workshop.shard(writer, which), edits)
    }
  }
}

/** In a footer most bits matter. In pages most change only values. */
const inHeader = (rng: Rng): Tweak<Bytes> => flip(rng, 'header')
const inFooter = (rng: Rng): Tweak<Bytes> => flip(rng, 'footer')
const inPage = (rng: Rng): Tweak<Bytes> => flip(rng, 'page')

export const byteEdits: readonly CaseKind[] = (['geno_lewm', 'lewm-cache'] as const).flatMap(writer => [
  ofWriter('footer bits', 12, inFooter, writer),
  ofWriter('header bits', 6, inHeader, writer),
  ofWriter('page bits', 6, inPage, writer),
  ofWriter('bytes', 6, anyEdit, writer)
])
