/** A value of any Parquet file on one line, cut to the size of a table cell. */

import type { RawValue } from '../model/raw.ts'
import { formatInteger } from './numbers.ts'

/** Items of a list or a group that are shown before its length. */
const SHOWN = 4

/** @param most characters */
export function rawText(value: RawValue, most = 40): string {
  const text = wholeText(value)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function wholeText(value: RawValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Map) return groupText(value)
  return isList(value) ? listText(value) : ''
}

function isList(value: RawValue): value is readonly RawValue[] {
  return Array.isArray(value)
}

function listText(items: readonly RawValue[]): string {
  const shown = items.slice(0, SHOWN).map(shortText).join(', ')
  return items.length > SHOWN ? `${formatInteger(items.length)} values: ${shown}, …` : `[${shown}]`
}

/** Six significant digits are enough to distinguish values by eye. */
function shortText(value: RawValue): string {
  return wholeText(typeof value === 'number' ? Number(value.toPrecision(6)) : value)
}

function groupText(group: ReadonlyMap<string, RawValue>): string {
  const shown = [...group].slice(0, SHOWN).map(([name, item]) => `${name}: ${wholeText(item)}`)
  return `{${shown.join(', ')}${group.size > SHOWN ? ', …' : ''}}`
}
