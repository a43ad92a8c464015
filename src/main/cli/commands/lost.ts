/** `lost`: lists rows that evidence expects and no shard holds. `--forget` records that shards are no longer needed. */

import { InputError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import { unreadReason } from '../../../shared/text/describeFinding.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import {
  type ForgottenShard,
  forgetLost,
  INDEX_PATH,
  inspectCache,
  type LostDetail,
  type LostKey,
  type LostWindow,
  lostKeyFields,
  lostWindowFields,
  unreadEvidence
} from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT, type ExitCode, exitCodeOfFindings } from '../process/exitCodes.ts'
import { withLedger } from '../process/ledger.ts'
import { countOf, countText, timeText } from '../text/numbers.ts'
import { type Column, tableText } from '../text/table.ts'

export type LostOptions = { readonly keys?: boolean; readonly forget?: boolean }

export const run: Run<LostOptions> = async (context, { keys = false, forget = false }, args) => {
  if (forget && keys) throw new InputError('--forget cannot be combined with --keys', { field: 'forget' })
  if (forget && args.length === 0) throw new InputError('name the shards to forget', { field: 'forget' })
  if (!forget && args.length > 0)
    throw new InputError('shards can be named only with --forget; `lost` lists all of them', { field: 'shard' })
  const root = await cacheRootOf(context)
  return forget ? forgetShards(context, root, args) : list(context, root, keys)
}

async function list(context: Context, root: string, keys: boolean): Promise<ExitCode> {
  const { json, output, long } = context
  const { lost, report } = await withLedger(context, root, false, ledger =>
    inspectCache(root, { ...long, ledger, keysOnly: true, recording: false, nameAllLost: true })
  )
  const unread = unreadEvidence(report.findings)
  const rows = lost.reduce((sum, shard) => sum + (shard.rows ?? 0), 0)
  if (json)
    await output.document({ lost: lost.map(shard => lostFields(shard, keys)), rows, ...(unread.length > 0 && { findings: unread }) })
  else if (keys) await output.text(lost.map(keysText).join(''))
  else {
    if (lost.length > 0) await output.text(tableText(COLUMNS, lost))
    await output.note(`${countOf(rows, 'row')} of ${countOf(lost.length, 'shard')} lost`)
  }
  for (const found of unread) await output.note(`lewm-cache: ${unreadText(found)}`)
  if (report.findings.some(({ kind }) => kind === 'index_missing')) await output.note(`lewm-cache: ${NO_INDEX}`)
  return exitCodeOfFindings(unread)
}

const NO_INDEX = 'there is no index; only shards known from the quarantine and earlier verifications are listed'

function unreadText(found: Finding): string {
  const what = found.shardPath === INDEX_PATH ? 'the index' : terminalSafe(found.shardPath)
  return `cannot read ${what}, so the list may be incomplete: ${terminalSafe(unreadReason(found))}`
}

const REASONS: Readonly<Record<LostDetail['reason'], string>> = {
  missing: 'missing',
  quarantined: 'in quarantine',
  placeholder: 'placeholder',
  rows_missing: 'rows missing',
  changed_since_indexed: 'changed'
}

const COLUMNS: readonly Column<LostDetail>[] = [
  { head: 'shard', cell: ({ shardPath }) => shardPath },
  { head: 'rows', cell: ({ rows }) => (rows === null ? 'unknown' : countText(rows)), right: true },
  { head: 'reason', cell: ({ reason }) => REASONS[reason] },
  { head: 'since (UTC)', cell: ({ since }) => timeText(since) },
  { head: 'windows', cell: ({ windows }) => spanText(windows) }
]

/** From the start of the first window to the end of the last, 1-based as in genome browsers. */
function spanText(windows: readonly LostWindow[]): string {
  const contigs = [...Map.groupBy(windows, ({ chrom }) => chrom)].map(([chrom, ofContig]) => {
    const starts = ofContig.map(({ startBp }) => startBp).sort((a, b) => (a < b ? -1 : 1))
    const ends = ofContig.map(({ endBp }) => endBp).sort((a, b) => (a < b ? -1 : 1))
    return `${chrom}:${countText((starts[0] ?? 0n) + 1n)}-${countText(ends.at(-1) ?? 0n)}`
  })
  return contigs.length === 0 ? '-' : contigs.join(' ')
}

function lostFields({ shardPath, rows, reason, since, windows, keys }: LostDetail, withKeys: boolean) {
  return {
    shardPath,
    rows,
    reason,
    since,
    windows: windows.map(lostWindowFields),
    ...(withKeys && {
      keys: keys.map(keyFields)
    })
  }
}

function keyFields(lost: LostKey) {
  const { chrom, startBp, endBp, ...key } = lostKeyFields(lost)
  return { ...key, rowOffset: lost.rowOffset, chrom, startBp, endBp }
}

function keysText({ shardPath, keys, rows }: LostDetail): string {
  const unknown =
    rows === null || rows > keys.length ? `  ${rows === null ? 'an unknown number of' : countText(rows - keys.length)} keys unknown\n` : ''
  const lines = keys.map(({ windowHash, window }) => {
    const locus = window === null ? '' : ` ${window.chrom}:${window.startBp + 1n}-${window.endBp}`
    return `  ${windowHash}${terminalSafe(locus)}\n`
  })
  return `${terminalSafe(shardPath)}\n${lines.join('')}${unknown}`
}

async function forgetShards(context: Context, root: string, args: readonly string[]): Promise<ExitCode> {
  const { json, output, long } = context
  const shards = args.map(arg => shardPathOf(root, arg))
  const forgotten = await withLedger(context, root, true, ledger => forgetLost(root, shards, { ...long, ledger }))
  if (json) await output.document({ forgotten })
  else await output.text(forgotten.map(forgottenText).join(''))
  return EXIT.ok
}

function forgottenText({ shardPath, rows, by }: ForgottenShard): string {
  const what = rows === null ? 'an unknown number of rows' : countOf(rows, 'row')
  return `forgot ${terminalSafe(shardPath)} (${what}); recorded for user ${terminalSafe(by)}\n`
}
