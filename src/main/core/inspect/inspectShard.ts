/**
 * Reads one shard completely, and returns its problems and its keys. The contents of a file never cause an exception, because damage is
 * data.
 */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { LayoutVersion } from '../../../shared/model/layout.ts'
import type { FileIdentity } from '../../../shared/model/report.ts'
import { type Holdings, holdingsOf, rowsAlone } from '../keys/holdings.ts'
import { LocusBuilder } from '../keys/locusBuilder.ts'
import { KeyBuilder, type ShardKeys } from '../keys/shardKeys.ts'
import { addressOf, isLayout3Path } from '../layouts/layoutOf.ts'
import { KEPT_BYTES, type PageMemory, reusedMemory } from '../parquet/file/pageMemory.ts'
import { NO_FILE, readInBlocks, readWhole } from '../parquet/file/shardFile.ts'
import { RowsRecounted, type ShardReader } from '../parquet/shardReader.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { openShardAt } from '../shards/openShardAt.ts'
import { checkColumns, checkEmbeddings, type EmbeddingShape, RowFindings } from './checkRows.ts'

export type Depth = 'full' | 'keys' | 'footer'

/** The result of inspecting a shard. It can be transferred between threads. */
export type ShardVerdict = FileIdentity & {
  readonly shardPath: string
  /** Null if the footer could not be read. */
  readonly rows: number | null
  readonly findings: readonly Finding[]
  /** Null if the footer could not be read, or belongs to a layout that cannot be read. */
  readonly layout: LayoutVersion | null
  /** Whether it was read completely, and every page has a checksum. */
  readonly pageChecksums: boolean
  /** Null if the shard has no rows for the index, because it is damaged, unsupported or unreadable. */
  readonly keys: ShardKeys | null
  /** A hash of each row's locus, in two words. Null together with `keys`. */
  readonly loci: Uint32Array | null
  /** Null if the number of rows is unknown even from the footer. */
  readonly holdings: Holdings | null
}

/** The facts about a shard that could not be opened. */
export const NOTHING_READ = { rows: null, layout: null, pageChecksums: false, keys: null, loci: null, holdings: null } as const

/** Whether a finding excludes the shard's rows from the index. */
export function blocksIndexing(found: Finding): boolean {
  return (
    found.severity === 'corrupt' ||
    found.severity === 'unsupported' ||
    found.severity === 'unreadable' ||
    found.severity === 'missing' ||
    found.kind === 'not_a_file' ||
    found.kind === 'stray_file'
  )
}

/**
 * Inspects one shard completely.
 * @param root absolute
 * @param depth 'full' decodes every value of every column; 'keys' all columns except the embeddings; 'footer' no page
 */
export function verifyShard(root: string, shardPath: string, depth: Depth): ShardVerdict {
  const steps = inspectShard(root, shardPath, depth, reusedMemory())
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

/**
 * A generator that does the same page by page. The caller may stop after any step.
 * @param memory buffers for decoding. Nothing is kept in them
 * @param budgetMs time limit, by default that for a shard of its size. Checked before each page
 */
export function* inspectShard(
  root: string,
  shardPath: string,
  depth: Depth,
  memory: PageMemory,
  budgetMs?: number
): Generator<void, ShardVerdict> {
  let shard: ShardReader
  let stamp = NO_FILE
  try {
    shard = openShardAt(root, shardPath, file => {
      const { bytes, mtimeNs, inode, ctimeNs } = file
      stamp = { bytes, mtimeNs, inode, ctimeNs }
      if (depth === 'full' && file.bytes <= KEPT_BYTES) return readWhole(file, memory)
      return depth === 'keys' ? readInBlocks(file) : file
    })
  } catch (error) {
    return { shardPath, ...stamp, ...NOTHING_READ, findings: [faultFinding(shardPath, error)] }
  }
  shard.allow(budgetMs)
  try {
    const examined = yield* examineAgain(shard, shardPath, depth, memory)
    const pageChecksums = depth === 'full' && shard.hasPageChecksums
    return { shardPath, ...stamp, rows: shard.footer.rows, pageChecksums, ...examined }
  } finally {
    shard.close()
  }
}

/** Restarts if the columns have a different number of rows than the footer. */
function* examineAgain(...task: Parameters<typeof examine>): ReturnType<typeof examine> {
  for (;;) {
    try {
      return yield* examine(...task)
    } catch (error) {
      if (!(error instanceof RowsRecounted)) throw error
    }
  }
}

function* examine(
  shard: ShardReader,
  shardPath: string,
  depth: Depth,
  memory: PageMemory
): Generator<void, Pick<ShardVerdict, 'layout' | 'findings' | 'keys' | 'loci' | 'holdings'>> {
  const findings = placeFindings(shard, shardPath)
  const unread = { keys: null, loci: null, holdings: rowsAlone(shard.footer.rows) }
  if (findings.some(found => found.kind === 'unsupported_layout')) return { layout: null, findings, ...unread }
  const rowFindings = new RowFindings()
  const rows = depth === 'footer' ? 0 : shard.footer.rows
  let layout: LayoutVersion | null = null
  let builders: Builders | null = null
  try {
    layout = shard.knownLayout?.version ?? null
    builders = { keys: new KeyBuilder(rows, shard.layout), loci: new LocusBuilder(rows) }
    shard.bind()
    if (depth !== 'footer') yield* readRows(shard, shardPath, depth, memory, rowFindings, builders, findings)
  } catch (error) {
    if (error instanceof RowsRecounted) throw error
    findings.push(faultFinding(shardPath, error))
  }
  const rowLevel = rowFindings.findings(shardPath)
  const foreign = rowLevel.filter(found => found.severity === 'unsupported')
  // Rows of another version are not checked against the rules of this one.
  findings.push(...(foreign.length > 0 ? foreign : rowLevel))
  if (!findings.some(blocksIndexing)) findings.push(...metadataFindings(shard, shardPath))
  if (depth === 'footer' || builders === null || findings.some(blocksIndexing)) return { layout, findings, ...unread }
  const keys = builders.keys.keys()
  return { layout, findings, keys, loci: builders.loci.prints, holdings: holdingsOf(keys, builders.loci.regularRuns()) }
}

type Builders = { readonly keys: KeyBuilder; readonly loci: LocusBuilder }

function* readRows(
  shard: ShardReader,
  shardPath: string,
  depth: Depth,
  memory: PageMemory,
  found: RowFindings,
  builders: Builders,
  findings: Finding[]
): Generator<void, void> {
  const address = addressOf(shardPath)
  const shape: EmbeddingShape = { smallest: Number.POSITIVE_INFINITY, largest: 0 }
  for (const group of shard.footer.rowGroups) {
    const columns = shard.columns(group)
    checkColumns(columns, group.firstRow, address, found)
    builders.keys.add(columns)
    builders.loci.add(columns)
    yield
    if (depth !== 'full') continue
    for (const batch of shard.embeddings(group, memory)) {
      checkEmbeddings(batch, group.firstRow, shape, found)
      yield
    }
    yield* shard.checkOthers(group)
  }
  if (shape.smallest < shape.largest) {
    const { smallest, largest } = shape
    findings.push(finding('ragged_dimensions', shardPath, { smallest, largest }, { column: 'embedding', details: { smallest, largest } }))
  }
}

function placeFindings(shard: ShardReader, shardPath: string): Finding[] {
  if (isLayout3Path(shardPath)) {
    return [finding('unsupported_layout', shardPath, { tree: 'layout 3' })]
  }
  const findings: Finding[] = []
  if (addressOf(shardPath) === null) {
    findings.push(finding('misplaced_file', shardPath, {}))
  }
  if (shard.footer.rows === 0) {
    findings.push(finding('no_rows', shardPath, {}))
  }
  return findings
}

/** Contradictions within the file that do not affect its rows. */
function metadataFindings({ oddities }: ShardReader, shardPath: string): Finding[] {
  if (oddities.length === 0) return []
  return [finding('bad_metadata', shardPath, { oddities: [...oddities] }, { details: { oddities: [...oddities] } })]
}
