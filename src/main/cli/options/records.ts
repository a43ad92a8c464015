/** Parses a line of NDJSON into a key or a record without loss. An InputError names the line, the field and the value. */
import * as z from 'zod'
import { InputError } from '../../../shared/model/errors.ts'
import { ALL_KEY_PARTS, type KeySpec } from '../../../shared/model/keySpec.ts'
import type { WindowKey, WindowRecord } from '../../../shared/model/record.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { CACHE_SCHEMA_VERSION, WRITTEN_KEY } from '../../core/index.ts'
import { type Input, type Line, readLines, sourceName } from '../process/lines.ts'
import { embeddingField, type FieldReader, flagField, int64Field, KEY_READERS, nameField, oneOfField } from './fields.ts'

/** The parts of a key as fields of a line. */
function fieldsOf(spec: KeySpec): Record<string, z.ZodType<unknown>> {
  return Object.fromEntries(
    spec.map(({ field: name, column, none }) => [column, none === null ? field(KEY_READERS[name]) : field(KEY_READERS[name]).optional()])
  )
}

/** Other fields are let pass, so that rows of `find --json` and records can be asked for as they are. */
const KEY = z.object(fieldsOf(ALL_KEY_PARTS))

/** An unknown field is an error, because it is probably misspelled: `create_at` would be lost silently. */
const RECORD = z
  .strictObject({
    ...fieldsOf(WRITTEN_KEY),
    chrom: field(nameField),
    start_bp: field(int64Field),
    end_bp: field(int64Field),
    embedding: field(embeddingField),
    untargeted: field(flagField),
    created_at: field(int64Field).optional(),
    schema_version: field(oneOfField([CACHE_SCHEMA_VERSION])).optional()
  })
  .refine(({ start_bp, end_bp }) => end_bp > start_bp, { path: ['end_bp'], error: 'must be greater than start_bp' })

/** Integers beyond the exact range of a JavaScript number. Their digits are taken from the text. */
const EXACT_FIELDS = ['start_bp', 'end_bp', 'created_at']

/**
 * All keys of a file, in order.
 * @param file undefined or `-` for standard input
 * @throws InputError naming the first invalid line
 */
export async function readKeys(file: string | undefined, input: Input): Promise<WindowKey[]> {
  const keys: WindowKey[] = []
  for await (const line of readLines(file, input)) keys.push(keyOf(parseLine(KEY, line, file)))
  return keys
}

/**
 * All records of a file, in order. One invalid line rejects them all.
 * @param contig the `chrom` that every record must have
 * @throws InputError naming the first line that is invalid, has another contig, or differs from the first in layer or pool
 */
export async function readRecords(file: string | undefined, contig: string, input: Input): Promise<WindowRecord[]> {
  const records: WindowRecord[] = []
  for await (const line of readLines(file, input)) {
    const fields = parseLine(RECORD, line, file)
    const record: WindowRecord = {
      ...keyOf(fields),
      chrom: fields.chrom,
      startBp: fields.start_bp,
      endBp: fields.end_bp,
      embedding: fields.embedding,
      untargeted: fields.untargeted,
      createdAt: fields.created_at,
      schemaVersion: fields.schema_version
    }
    const first = records[0] ?? record
    const refuse = (name: string, value: unknown, mustBe: unknown, why: string) => {
      if (value !== mustBe) throw lineError(file, line.number, name, value, `must be ${shown(mustBe)} ${why}`)
    }
    refuse('chrom', record.chrom, contig, 'to match --contig')
    refuse('state_layer', record.stateLayer, first.stateLayer, 'as in the first record: a shard has one layer')
    refuse('pool_type', record.poolType, first.poolType, 'as in the first record: a shard has one pool')
    refuse('pool_radius', record.poolRadius, first.poolRadius, 'as in the first record: a shard has one pool')
    records.push(record)
  }
  return records
}

function keyOf(fields: Readonly<Record<string, unknown>>): WindowKey {
  const parts = ALL_KEY_PARTS.flatMap(({ field: name, column }) => (fields[column] === undefined ? [] : [[name, fields[column]]]))
  return Object.fromEntries(parts) as WindowKey
}

function parseLine<T>(schema: z.ZodType<T>, { number, text }: Line, file: string | undefined): T {
  const value = parseExact(text)
  if (value === undefined) {
    const hint = /\b(NaN|Infinity)\b/.test(text) ? ' (JSON has no NaN or Infinity; write them as strings)' : ''
    const sentence = `${sourceName(file)} line ${number} is not JSON: ${shortened(text)}${hint}`
    throw new InputError(sentence, { file: sourceName(file), line: number })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path[0]
  if (issue === undefined || name === undefined) {
    throw new InputError(`${sourceName(file)} line ${number} must be a JSON object, not ${shown(value)}`, {
      file: sourceName(file),
      line: number
    })
  }
  const message = issue.code === 'unrecognized_keys' ? 'is not a field of a record' : issue.message
  throw lineError(file, number, String(name), isObject(value) ? value[String(name)] : value, message)
}

function lineError(file: string | undefined, line: number, name: string, value: unknown, message: string): InputError {
  const found = value === undefined ? 'it is missing' : `not ${shown(value)}`
  const sentence = `${sourceName(file)} line ${line}: ${name} ${message}${message.startsWith('is not') ? '' : `, ${found}`}`
  return new InputError(sentence, { file: sourceName(file), line, field: name, value: value === undefined ? null : shown(value) })
}

/** undefined for text that is not JSON. */
function parseExact(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && EXACT_FIELDS.some(name => isInexact(value[name])) ? { ...value, ...exactIntegers(text) } : value
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Parses again with access to the literals, without the embedding: a callback for each of its numbers is ten times slower. */
function exactIntegers(text: string): Record<string, bigint> {
  const integers: Record<string, bigint> = {}
  const keep = (name: string, value: unknown, { source }: { source?: string }) => {
    if (EXACT_FIELDS.includes(name) && source !== undefined && /^-?[0-9]{1,20}$/.test(source)) integers[name] = BigInt(source)
    return value
  }
  Reflect.apply(JSON.parse, JSON, [text.replace(/"embedding"\s*:\s*\[[^\]"]*\]/, '"embedding":[]'), keep])
  return integers
}

function field<T>(read: FieldReader<T>) {
  return z.unknown().transform((value, context): T => {
    const result = read(value)
    if ('value' in result) return result.value
    context.addIssue(`must be ${result.mustBe}`)
    return z.NEVER
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isInexact(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value)
}

/** A value as JSON on one line, for a message. */
function shown(value: unknown): string {
  return shortened(typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? String(value)))
}

function shortened(text: string): string {
  return terminalSafe(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}
