/** Parses the text of an option. A usage error describes the accepted values. */
import { InvalidArgumentError } from 'commander'
import { InputError } from '../../../shared/model/errors.ts'
import { type Limits, limitsFromText } from '../../core/index.ts'
import type { FieldReader } from './fields.ts'

const MILLISECONDS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 }

/** For an option that is also text in a record. */
export function textOption<T>(read: FieldReader<T>): (text: string) => T {
  return text => accepted(read(text))
}

/** For an option that is a number in a record. */
export function numberOption(read: FieldReader<number>): (text: string) => number {
  return text => accepted(read(/^[-+]?[0-9]+$/.test(text) ? Number(text) : text))
}

/** `30d`, `12h`, `45m` or `10s` in milliseconds. */
export function ageOption(text: string): number {
  const [, count, unit] = /^([0-9]{1,9})([dhms])$/.exec(text) ?? []
  const milliseconds = unit === undefined ? undefined : MILLISECONDS[unit]
  if (milliseconds === undefined)
    throw new InvalidArgumentError('It must be a number of days, hours, minutes or seconds, such as 30d, 12h, 45m or 10s.')
  return Number(count) * milliseconds
}

/** `2/5`: the second of five partitions. */
export function partitionOption(text: string): { index: number; of: number } {
  const [, index, of] = /^([0-9]{1,6})\/([0-9]{1,6})$/.exec(text) ?? []
  const partition = { index: Number(index), of: Number(of) }
  if (!(partition.index >= 1 && partition.index <= partition.of)) {
    throw new InvalidArgumentError('It must be I/N with I from 1 to N, such as 2/5.')
  }
  return partition
}

/** `page=128MiB`; values of repeated options are merged. */
export function limitOption(text: string, before: Partial<Limits> = {}): Partial<Limits> {
  try {
    return { ...before, ...limitsFromText(text) }
  } catch (error) {
    if (error instanceof InputError) throw new InvalidArgumentError(`${sentence(error.message)}.`)
    throw error
  }
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}

function accepted<T>(read: ReturnType<FieldReader<T>>): T {
  if ('mustBe' in read) throw new InvalidArgumentError(`It must be ${read.mustBe}.`)
  return read.value
}
