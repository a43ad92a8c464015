/**
 * `find`: rows by hash prefix, locus or DNA sequence. Loci are shown 1-based, as in genome browsers, beside the stored 0-based positions.
 */
import { hexText } from '../../../shared/json.ts'
import type { RowPlace, WindowRowInfo } from '../../../shared/model/record.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { find } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { collectUnread, tellUnread } from '../reports/unread.ts'
import { countOf, countText } from '../text/numbers.ts'
import { placeFields, rowFields } from '../text/rowFields.ts'
import { type Column, tableText } from '../text/table.ts'

export type FindOptions = { readonly limit?: number }

const KINDS = { hash: 'hash prefix', locus: 'locus', dna: 'DNA' } as const

const COLUMNS: readonly Column<WindowRowInfo & RowPlace>[] = [
  { head: 'locus (1-based)', cell: ({ chrom, startBp, endBp }) => `${chrom}:${countText(startBp + 1n)}-${countText(endBp)}` },
  { head: 'stored (0-based)', cell: ({ startBp, endBp }) => `[${startBp}, ${endBp})` },
  { head: 'layer', cell: ({ stateLayer }) => String(stateLayer), right: true },
  { head: 'pool', cell: ({ poolType, poolRadius }) => `${poolType}_${poolRadius}` },
  { head: 'dtype', cell: ({ dtype }) => dtype },
  { head: 'window hash', cell: ({ windowHash }) => hexText(windowHash) },
  { head: 'shard', cell: ({ shardPath }) => shardPath },
  { head: 'row', cell: ({ rowOffset }) => countText(rowOffset), right: true }
]

const SHOWN = 60

/** A DNA sequence can be long. */
function shortened(query: string): string {
  return query.length <= SHOWN ? query : `${query.slice(0, SHOWN)}... (${countOf(query.length, 'letter')})`
}

export const run: Run<FindOptions> = async (context, { limit }, [query = '']) => {
  const { json, output, long } = context
  const { unread, onFinding } = collectUnread()
  const { kind, rows, truncated } = await find(await cacheRootOf(context), query, { ...long, limit, onFinding })
  if (json) {
    await output.document({ query, kind, rows: rows.map(row => ({ ...rowFields(row), ...placeFields(row) })), truncated })
  } else if (rows.length === 0) {
    await output.note(`lewm-cache: no row for the ${KINDS[kind]} ${terminalSafe(shortened(query))}`)
  } else {
    await output.text(tableText(COLUMNS, rows))
    await output.note(
      truncated ? `showing the first ${countOf(rows.length, 'row')}; use --limit to show more` : countOf(rows.length, 'row')
    )
  }
  return tellUnread(output, unread, rows.length === 0 ? EXIT.notFound : EXIT.ok)
}
