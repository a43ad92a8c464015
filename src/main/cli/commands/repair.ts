/**
 * `repair`: verifies, plans and applies. With `--dry-run` only prints the plan. The exit code is that of `verify`: it describes the cache
 * before the repair, even if everything is repaired now.
 */

import { resolve } from 'node:path'
import { InputError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import { keysLost, keysOfEveryCopy } from '../../../shared/model/keysLost.ts'
import type { RepairPlan, RepairReport, ShardNotMoved } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { missingText } from '../../../shared/text/missingText.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { applyRepair, INDEX_PATH, planFromJson, planRepair, planToJson, tickMoves } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Context, Run } from '../process/context.ts'
import { EXIT, type ExitCode, exitCodeOfFindings } from '../process/exitCodes.ts'
import { withLedger } from '../process/ledger.ts'
import { readText, sourceName } from '../process/lines.ts'
import { destinationFor, resultBeside, save } from '../process/savedOutput.ts'
import { findingsText } from '../reports/findingsText.ts'
import { printNotMoved } from '../reports/notMoved.ts'
import { bytesText, countOf, countText } from '../text/numbers.ts'
import { tableText } from '../text/table.ts'
import { indexedText } from './reindex.ts'

export type RepairOptions = { readonly dryRun?: boolean; readonly plan?: string; readonly savePlan?: string; readonly workers?: number }

export const run: Run<RepairOptions> = async (context, { dryRun, plan: planFile, savePlan, workers }) => {
  const { output, long } = context
  const root = savePlan === undefined ? undefined : await cacheRootOf(context)
  const to = savePlan === undefined ? null : destinationFor(context, '--save-plan', savePlan, { root })
  const plan = planFile === undefined ? await makePlan(context, workers) : await readPlan(context, planFile)
  if (to !== null) {
    await save(context, to, `${JSON.stringify(planToJson(plan), null, 2)}\n`)
    await output.note(`lewm-cache: saved the plan to ${savePlan}`)
  }
  const print = resultBeside(context, to)
  const copies = keysOfEveryCopy(plan, tickedIn(plan))
  if (copies > 0) {
    const left = `no shard will hold ${copies === 1 ? 'it' : 'them'} afterwards`
    await output.note(
      `lewm-cache: the plan moves every copy of ${countOf(copies, 'key')}: ${left}. Untick one of the shards to keep ${copies === 1 ? 'it' : 'them'}`
    )
  }
  if (dryRun) return printPlan(context, plan, print)
  return printReport(
    context,
    plan,
    print,
    await withLedger(context, plan.cacheDir, false, ledger => applyRepair(plan, { ...long, workers, ledger }))
  )
}

async function makePlan(context: Context, workers: number | undefined): Promise<RepairPlan> {
  const root = await cacheRootOf(context)
  return withLedger(context, root, false, ledger => planRepair(root, { ...context.long, workers, ledger }))
}

async function readPlan(context: Context, file: string): Promise<RepairPlan> {
  const text = await readText(file, context.io)
  const plan = planFromJson(parsed(text, file))
  if (context.cache !== undefined && (await cacheRootOf(context)) !== resolve(plan.cacheDir)) {
    throw new InputError(`this plan is for another cache: ${plan.cacheDir}`, { plan: plan.cacheDir, cache: context.cache })
  }
  // A move that was unticked in the file need not be listed as kept.
  return tickMoves(plan, new Set(plan.moves.filter(({ ticked }) => ticked).map(({ shardPath }) => shardPath)))
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InputError(`${sourceName(file)} is not a repair plan: it is not JSON`, { file: sourceName(file) })
  }
}

type Print = (text: string) => Promise<void>

async function printPlan({ json, output }: Context, plan: RepairPlan, print: Print): Promise<ExitCode> {
  if (json) await output.document(planFields(plan))
  else await print(planText(plan))
  return exitCodeOfFindings(findingsOf(plan))
}

async function printReport({ json, output }: Context, plan: RepairPlan, print: Print, report: RepairReport): Promise<ExitCode> {
  const { notMoved, ...rest } = report
  if (json) await output.document({ ...rest, ...(notMoved.length > 0 && { notMoved }) })
  else await print(reportText(report))
  const isIncomplete = await printNotMoved(output, 'move', notMoved)
  const [blocked] = report.reindex.indexKept ? report.reindex.findings.filter(({ shardPath }) => shardPath === INDEX_PATH) : []
  if (isIncomplete) return EXIT.system
  const code = exitCodeOfFindings([...findingsOf(plan), ...report.reindex.findings])
  if (blocked?.kind !== 'index_unsupported' && blocked?.kind !== 'index_other_layout') return code
  await output.note(`lewm-cache: ${describeFinding(blocked)}`)
  return code === EXIT.corrupt ? code : EXIT.refused
}

function findingsOf({ moves, kept, indexFindings, missing }: RepairPlan): Finding[] {
  return [...moves.flatMap(({ reasons }) => reasons), ...kept.flatMap(({ reasons }) => reasons), ...indexFindings, ...missing]
}

/** The shape of the report before anything is done: no shard has a new path, and there is no new index. */
function planFields(plan: RepairPlan) {
  const ticked = plan.moves.filter(({ ticked }) => ticked)
  return {
    dryRun: true,
    checkedShards: plan.checkedShards,
    quarantined: ticked.map(({ shardPath, reasons }) => ({
      shardPath,
      movedTo: null,
      reasons: reasons.map(found => `${found.kind}: ${describeFinding(found)}`)
    })),
    kept: plan.kept,
    reindex: null,
    ...missingAfter(plan),
    plan: planToJson(plan)
  }
}

/** Missing after the repair: everything missing now, and everything that no shard will hold once the ticked shards have moved. */
function missingAfter(plan: RepairPlan): { readonly missingShards: number; readonly missingRows: number } {
  const { keys, shards } = keysLost(plan, tickedIn(plan))
  return { missingShards: plan.missingShards + shards, missingRows: plan.missingRows + keys }
}

function tickedIn({ moves }: RepairPlan): ReadonlySet<string> {
  return new Set(moves.filter(({ ticked }) => ticked).map(({ shardPath }) => shardPath))
}

function planText(plan: RepairPlan): string {
  const ticked = plan.moves.filter(({ ticked }) => ticked)
  const bytes = ticked.reduce((sum, move) => sum + move.bytes, 0)
  const { keys, unknown } = keysLost(plan, tickedIn(plan))
  const uncounted = unknown > 0 ? `, and an unknown number in ${countOf(unknown, 'shard')}` : ''
  const lost = `${countOf(keys, 'key')} that no other shard holds${uncounted}`
  return [
    `checked ${countOf(plan.checkedShards, 'shard')}; plan only, nothing was changed\n`,
    ticked.length > 0
      ? `would move ${countOf(ticked.length, 'shard')} (${bytesText(bytes)}, ${lost}) to quarantine\n`
      : 'would move nothing\n',
    indexText(plan),
    findingsText(ticked.flatMap(({ reasons }) => reasons)),
    keptText(plan.kept),
    findingsText([...plan.missing, ...plan.indexFindings])
  ].join('')
}

function indexText({ reindex, indexFindings }: RepairPlan): string {
  if (reindex) return 'would rebuild the index\n'
  return indexFindings.length > 0 ? 'would leave the index unchanged\n' : 'the index is up to date\n'
}

function reportText(report: RepairReport): string {
  const { checkedShards, quarantined, notMoved, kept, reindex } = report
  const missing = missingText(report)
  const moved = tableText(
    [
      { head: 'shard', cell: ({ shardPath }) => shardPath },
      { head: 'moved to', cell: ({ movedTo }) => movedTo },
      { head: 'because', cell: ({ reasons }) => reasons.join('; ') }
    ],
    quarantined,
    2
  )
  return [
    `checked ${countOf(checkedShards, 'shard')}, moved ${countText(quarantined.length)} to quarantine\n`,
    quarantined.length > 0 ? `\n${moved}\n` : '',
    notMovedText(notMoved),
    indexedText(reindex),
    missing === '' ? '' : `${missing}; run \`lewm-cache lost\` to list them\n`,
    keptText(kept),
    findingsText(reindex.findings.filter(({ severity }) => severity === 'index')),
    quarantined.length > 0 ? '\nRun `lewm-cache restore SHARD` to restore a shard.\n' : ''
  ].join('')
}

function notMovedText(notMoved: readonly ShardNotMoved[]): string {
  if (notMoved.length === 0) return ''
  const lines = notMoved.map(({ shardPath, reason }) => `  ${terminalSafe(shardPath)}: ${terminalSafe(reason)}\n`)
  return `${countOf(notMoved.length, 'shard')} could not be moved:\n${lines.join('')}\n`
}

function keptText(kept: readonly { readonly reasons: readonly Finding[] }[]): string {
  if (kept.length === 0) return ''
  return `\n${countOf(kept.length, 'shard')} with findings ${kept.length === 1 ? 'stays' : 'stay'} in place:\n${findingsText(kept.flatMap(({ reasons }) => reasons))}`
}
