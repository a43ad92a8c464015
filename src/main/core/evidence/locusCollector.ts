/**
 * Window hashes of the same locus in different configurations. The hash depends only on the DNA, so layers, pools and encoders must agree.
 * A configuration with several hashes at a locus is ignored there, because windows with an edit have the coordinates of the reference.
 */
import { configurationText } from '../keys/keyConfiguration.ts'
import { NO_SALT, type Print, printHash, wordsOf } from '../keys/keyPrint.ts'
import { PrintTable } from '../keys/printTable.ts'
import type { ShardKeys } from '../keys/shardKeys.ts'
import { PARTITIONS, SpilledRecords } from '../keys/spilledRecords.ts'

/** Hash of the locus (two words), hash of the window hash, configuration, row. */
const WIDTH = 5
const IN_MEMORY = 2_000_000

/** The rows of a shard in one configuration. */
type Witness = { readonly shard: number; readonly configuration: number }

export type RowOf = { readonly shard: number; readonly row: number }

/** A row with a different window hash than another row at the same locus. */
export type Disagreement = RowOf & {
  readonly other: RowOf
  /** Number of configurations that agree with `other`. */
  readonly agreeing: number
  /** Whether these are more than half of the configurations at this locus. If not, either side may be wrong. */
  readonly isMajority: boolean
}

export class LocusCollector {
  private readonly records = new SpilledRecords(WIDTH, IN_MEMORY)
  private readonly witnesses: Witness[] = []
  private readonly configurations = new Map<string, number>()
  private readonly print: Print = { low: 0, high: 0 }

  /**
   * @param shard position of the shard in path order
   * @param loci a hash of each row's locus, in two words
   */
  add(shard: number, keys: ShardKeys, loci: Uint32Array): void {
    const first = this.witnesses.length
    for (const configuration of keys.configurations) {
      const text = configurationText(configuration)
      const known = this.configurations.get(text) ?? this.configurations.size
      this.configurations.set(text, known)
      this.witnesses.push({ shard, configuration: known })
    }
    const hashes = wordsOf(keys.windowHashes)
    const { records, print } = this
    for (let row = 0; row < keys.rows; row++) {
      const high = loci[2 * row + 1] ?? 0
      printHash(hashes, row, NO_SALT, print)
      records.room(high)
      const { words, at } = records
      words[at] = loci[2 * row] ?? 0
      words[at + 1] = high
      words[at + 2] = print.low
      words[at + 3] = first + (keys.codes[row] ?? 0)
      words[at + 4] = row
    }
  }

  /** Every row that disagrees, in any order. */
  *disagreements(): Generator<Disagreement> {
    if (this.configurations.size < 2) return
    const agreement = this.measureAgreement()
    for (let i = 0; i < PARTITIONS; i++) {
      for (const records of lociOf(this.records.load(i), isDisputed)) yield* this.judge(records, agreement)
    }
  }

  close(): void {
    this.records.close()
  }

  /** How often two configurations agree, based on enough of their common loci. */
  private measureAgreement(): Agreement {
    const agreement = new Agreement(this.configurations.size)
    let measured = 0
    for (let i = 0; i < PARTITIONS && measured < MEASURED; i++) {
      const words = this.records.load(i)
      measured += words.length / WIDTH
      for (const records of lociOf(words, isShared)) agreement.take(this.votesOf(records))
    }
    return agreement
  }

  /** The configurations with the same window hash at a locus. */
  private votesOf(records: readonly LocusRecord[]): readonly Vote[] {
    const byConfiguration = Map.groupBy(records, ({ witness }) => this.witnesses[witness]?.configuration ?? 0)
    return [...byConfiguration].flatMap(([configuration, rows]) => {
      const [first] = rows
      return first !== undefined && rows.every(({ window }) => window === first.window)
        ? [{ configuration, window: first.window, rows }]
        : []
    })
  }

  private *judge(records: readonly LocusRecord[], agreement: Agreement): Generator<Disagreement> {
    const votes = this.votesOf(records)
    const sides = [...Map.groupBy(votes, ({ window }) => window).values()].sort((a, b) => b.length - a.length)
    const [largest, second] = sides
    if (largest === undefined || second === undefined) return
    const isMajority = largest.length * 2 > votes.length
    for (const vote of isMajority ? sides.slice(1).flat() : votes) {
      const against = isMajority ? largest : votes.filter(other => other.window !== vote.window && agreement.isUsual(vote, other))
      const [other] = against
      if (other === undefined) continue
      const agreeing = against.filter(({ window }) => window === other.window).length
      for (const row of vote.rows) yield { ...this.rowOf(row), other: this.rowOf(other.rows[0]), agreeing, isMajority }
    }
  }

  private rowOf(record: LocusRecord | undefined): RowOf {
    return { shard: this.witnesses[record?.witness ?? 0]?.shard ?? 0, row: record?.row ?? 0 }
  }
}

type Vote = { readonly configuration: number; readonly window: number; readonly rows: readonly LocusRecord[] }

/** Number of rows that determine the usual agreement. */
const MEASURED = 1_000_000

/**
 * Whether configurations have the same DNA at most of their common loci. If they mostly differ, they represent other assemblies or samples,
 * and are not evidence for each other.
 */
class Agreement {
  private readonly shared: Uint32Array
  private readonly same: Uint32Array
  private readonly configurations: number

  constructor(configurations: number) {
    this.configurations = configurations
    this.shared = new Uint32Array(configurations * configurations)
    this.same = new Uint32Array(configurations * configurations)
  }

  take(votes: readonly Vote[]): void {
    for (const a of votes) {
      for (const b of votes) {
        const at = a.configuration * this.configurations + b.configuration
        this.shared[at] = (this.shared[at] ?? 0) + 1
        if (a.window === b.window) this.same[at] = (this.same[at] ?? 0) + 1
      }
    }
  }

  isUsual(a: Vote, b: Vote): boolean {
    const at = a.configuration * this.configurations + b.configuration
    return (this.same[at] ?? 0) * 2 >= (this.shared[at] ?? 0)
  }
}

type LocusRecord = { readonly window: number; readonly witness: number; readonly row: number }

/** Facts about a locus before its records are read. */
type LocusState = { readonly rows: number; readonly isUniform: boolean }
const isDisputed = ({ isUniform }: LocusState): boolean => !isUniform
const isShared = ({ rows }: LocusState): boolean => rows > 1

/** The records of each wanted locus of a partition. */
function lociOf(words: Uint32Array, isWanted: (state: LocusState) => boolean): Iterable<readonly LocusRecord[]> {
  const count = words.length / WIDTH
  const table = new PrintTable(count)
  const window = new Uint32Array(count)
  const rows = new Uint32Array(count)
  const differs = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const at = WIDTH * i
    const known = table.size
    const id = table.add(words[at] ?? 0, words[at + 1] ?? 0)
    if (id === known) window[id] = words[at + 2] ?? 0
    else if (window[id] !== words[at + 2]) differs[id] = 1
    rows[id] = (rows[id] ?? 0) + 1
  }
  const wanted = new Map<number, LocusRecord[]>()
  for (let id = 0; id < table.size; id++) if (isWanted({ rows: rows[id] ?? 0, isUniform: differs[id] === 0 })) wanted.set(id, [])
  if (wanted.size === 0) return []
  for (let i = 0; i < count; i++) {
    const at = WIDTH * i
    const records = wanted.get(table.find(words[at] ?? 0, words[at + 1] ?? 0))
    records?.push({ window: words[at + 2] ?? 0, witness: words[at + 3] ?? 0, row: words[at + 4] ?? 0 })
  }
  return wanted.values()
}
