/** Shards written by pyarrow, DuckDB, Polars and fastparquet, with their options. */
import type { CaseKind, DraftCase } from '../cases.ts'
import { COLUMN_NAMES } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import type { Workshop } from '../workshop.ts'
import { graftEmbeddings } from './graft.ts'

type Options = Readonly<Record<string, unknown>>
type Choice = readonly [key: string, value: unknown]

/** Chosen options. Each is a part that can be left out. `fixed` are always given. */
function libraryCase(op: string, workshop: Workshop, fixed: Options, group: string, choices: readonly Choice[], sound = false): DraftCase {
  const unique = [...new Map(choices)]
  return {
    parts: [`${op} ${JSON.stringify(fixed)}`, ...unique.map(([key, value]) => `${key} ${JSON.stringify(value)}`)],
    sound,
    make: left => {
      const given: Record<string, unknown> = {}
      const order: Record<string, unknown> = { ...fixed }
      for (const [i, [key, value]] of unique.entries()) {
        if (left.has(i + 1)) continue
        if (key.startsWith('.')) order[key.slice(1)] = value
        else given[key] = value
      }
      return workshop.write(op, { ...order, [group]: { ...(fixed[group] as Options | undefined), ...given } })
    }
  }
}

function shape(rng: Rng): Options {
  return { seed: rng.below(100_000), rows: rng.pick([1, 2, 3, 5, 9, 40, 120]), dimensions: rng.pick([1, 2, 4, 4, 8, 33]) }
}

const CODECS = ['none', 'snappy', 'gzip', 'brotli', 'lz4', 'zstd'] as const
const TEXTS = ['chrom', 'pool_type', 'dtype', 'schema_version'] as const

const NUMBERS = ['start_bp', 'end_bp', 'created_at', 'state_layer', 'pool_radius'] as const
const all = (names: readonly string[], value: unknown): Options => Object.fromEntries(names.map(name => [name, value]))

const ENCODINGS: readonly Options[] = [
  all(NUMBERS, 'DELTA_BINARY_PACKED'),
  all(TEXTS, 'DELTA_BYTE_ARRAY'),
  all(TEXTS, 'DELTA_LENGTH_BYTE_ARRAY'),
  { window_hash: 'DELTA_BYTE_ARRAY', encoder_hash: 'BYTE_STREAM_SPLIT' },
  { untargeted: 'RLE', start_bp: 'BYTE_STREAM_SPLIT' },
  { 'embedding.list.element': 'BYTE_STREAM_SPLIT' }
]

/** The options of pyarrow for a table. */
function layoutOfPyarrow(rng: Rng): Choice[] {
  const codec = rng.pick(CODECS)
  return rng.pick<() => Choice[]>([
    () => [['compression', codec]],
    () => [['compression', { ...all(COLUMN_NAMES, 'none'), 'embedding.list.element': codec, chrom: 'gzip' }]],
    () => [['use_dictionary', rng.pick([false, ['chrom', 'created_at'], ['embedding.list.element']])]],
    () => [['use_dictionary', false], ['column_encoding', rng.pick(ENCODINGS)]],
    () => [['use_dictionary', false], ['use_byte_stream_split', rng.pick([true, ['start_bp', 'window_hash']])]],
    () => [['data_page_version', '2.0']],
    () => [['version', rng.pick(['1.0', '2.4', '2.6'])]],
    () => [['row_group_size', rng.pick([1, 2, 7])]],
    () => [['data_page_size', rng.pick([1, 64, 1000])]],
    () => [['write_batch_size', rng.pick([1, 3])]],
    () => [['max_rows_per_page', rng.pick([1, 3])]],
    () => [['dictionary_pagesize_limit', rng.pick([1, 100])]],
    () => [['write_statistics', rng.pick([false, ['chrom']])]],
    () => [['write_page_index', true]],
    () => [['write_page_checksum', true]],
    () => [['store_schema', false]],
    () => [['use_compliant_nested_type', false]],
    () => [['sorting_columns', [1, 2]]],
    () => [['use_content_defined_chunking', true]],
    () => [['.required', rng.some(COLUMN_NAMES, rng.between(1, 6))]],
    () => [['.order', rng.below(100)]],
    () => [['.metadata', { k: 'v' }]]
  ])() // biome-ignore format: one choice a line
}

/** Other types for its columns, and additional columns. */
function typesOfPyarrow(rng: Rng, { types }: Workshop): Choice[] {
  const name = rng.pick(COLUMN_NAMES)
  const stored = rng.pick(types.columns[types.kinds[name] ?? ''] ?? [])
  return rng.pick<() => Choice[]>([
    () => [['.types', { [name]: stored }]],
    () => [['.types', { [name]: stored }]],
    () => [['.types', { [name]: stored }], ['store_schema', false]],
    () => [['.extra', rng.some(types.extra, rng.between(1, 4))]],
    () => [['.extra', [rng.pick(types.extra)]], ['store_schema', false]],
    () => [['.nulls', [rng.pick(COLUMN_NAMES)]]],
    () => [['store_decimal_as_integer', true], ['.types', { start_bp: rng.pick(['decimal32', 'decimal64', 'decimal128']) }]],
    () => [['use_deprecated_int96_timestamps', true], ['.extra', ['timestamp_ns', 'timestamp_us']]],
    () => [['coerce_timestamps', 'ms'], ['allow_truncated_timestamps', true], ['.extra', ['timestamp_odd_ns', 'timestamp_us']]],
    () => [['flavor', 'spark'], ['.extra', ['timestamp_ns', 'struct']]],
    () => [['write_time_adjusted_to_utc', true], ['.extra', ['time64us']]]
  ])() // biome-ignore format: one choice a line
}

const pyarrowSound: CaseKind = {
  name: 'pyarrow',
  weight: 8,
  draft: (rng, workshop) => {
    const choices = Array.from({ length: rng.between(1, 6) }, () => layoutOfPyarrow(rng)).flat()
    return libraryCase('pyarrow', workshop, shape(rng), 'options', choices, true)
  }
}

const pyarrowTypes: CaseKind = {
  name: 'pyarrow types',
  weight: 10,
  draft: (rng, workshop) => {
    const choices = Array.from({ length: rng.pick([1, 1, 2]) }, () => typesOfPyarrow(rng, workshop)).flat()
    const layout = rng.chance(0.5) ? layoutOfPyarrow(rng) : []
    return libraryCase('pyarrow', workshop, shape(rng), 'options', [...layout, ...choices])
  }
}

const DUCK_CASTS: Readonly<Record<string, readonly string[]>> = {
  chrom: ['chrom::ENUM(\'1\')', 'chrom::BIGINT', 'chrom::BLOB', 'chrom::JSON', 'chrom::DATE', 'NULL'],
  start_bp: ['start_bp::HUGEINT', 'start_bp::UBIGINT', 'start_bp::UINTEGER', 'start_bp::DOUBLE', 'start_bp::DECIMAL(18,0)', 'start_bp::DECIMAL(38,4)', 'start_bp::DECIMAL(9,2)', 'start_bp::VARCHAR', 'start_bp::SMALLINT', 'start_bp::UHUGEINT', 'start_bp::FLOAT', 'make_timestamp(start_bp)', 'to_days(start_bp::INT)', 'start_bp::BIT', 'start_bp::BIGNUM'],
  end_bp: ['end_bp::UBIGINT', 'end_bp::DECIMAL(30,0)'],
  window_hash: ['hex(window_hash)', 'list_transform(range(32), lambda x: x::UTINYINT)', 'list_transform(range(32), lambda x: x::TINYINT)', 'uuid()'],
  state_layer: ['state_layer::UTINYINT', 'state_layer::BOOLEAN', 'state_layer::BIGINT'],
  embedding: ['embedding::DOUBLE[]', 'embedding::INTEGER[]', 'embedding::DECIMAL(12,6)[]', 'embedding::VARCHAR[]', 'list_transform(embedding, lambda x: [x])', 'map(embedding, embedding)', '{\'1\': 0.5, \'2\': 1}', 'embedding[1]', 'list_transform(embedding, lambda x: {\'v\': x})', '[embedding[1], NULL]', '[]::FLOAT[]'],
  untargeted: ['untargeted::TINYINT', 'untargeted::VARCHAR', 'NULL'],
  created_at: ['created_at::DOUBLE', 'created_at::UBIGINT', 'make_timestamp_ns(created_at)', 'created_at::DECIMAL(38,0)']
} // biome-ignore format: a table

const DUCK_EXTRA = ['uuid() AS x', 'INTERVAL 3 DAY AS x', "TIME '01:02:03' AS x", "TIMETZ '01:02:03+01' AS x", "TIMESTAMPTZ '2020-01-01' AS x", "{'a': [1, 2], 'b': NULL} AS x", "MAP {'k': [1]} AS x", "'[1]'::JSON AS x", "'101'::BIT AS x", '5::HUGEINT AS x', 'NULL AS x', '[[1, NULL], []] AS x', '[1, 2]::INT[2] AS x', "'a'::ENUM('a', 'b') AS x", "TIMESTAMP_NS '2020-01-01' AS x", "{'a': 1}::VARIANT AS x", 'union_value(n := 1) AS x'] // biome-ignore format: a table

const duckdb: CaseKind = {
  name: 'duckdb',
  weight: 5,
  draft: (rng, workshop) => {
    const layout = rng.some([
      `, COMPRESSION ${rng.pick(['uncompressed', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'lz4_raw'])}`,
      `, PARQUET_VERSION ${rng.pick(['V1', 'V2'])}`,
      `, ROW_GROUP_SIZE ${rng.pick([1, 2048, 10])}`,
      `, DICTIONARY_SIZE_LIMIT ${rng.pick([0, 1, 1000])}`,
      `, KV_METADATA {'k': 'v'}`,
      `, FIELD_IDS 'auto'`,
      `, WRITE_BLOOM_FILTER ${rng.pick(['true', 'false'])}`
    ], rng.below(4))
    const name = rng.pick(Object.keys(DUCK_CASTS))
    const typed = rng.chance(0.5)
    const casts = typed ? [`${rng.pick(DUCK_CASTS[name] ?? [])} AS ${name}`] : []
    const extra = rng.chance(0.3) ? `, ${rng.pick(DUCK_EXTRA)}` : ''
    const select = `*${casts.length > 0 ? ` REPLACE (${casts.join(', ')})` : ''}${extra}`
    // DuckDB reads no float16 from Arrow.
    const fixed = { ...shape(rng), types: { embedding: 'list_float32' }, select, options: layout.join('') }
    return { parts: [`duckdb ${JSON.stringify(fixed)}`], sound: !typed && extra === '', make: () => workshop.write('duckdb', fixed) }
  }
} // biome-ignore format: tables

const POLARS_CASTS: Readonly<Record<string, readonly string[]>> = {
  chrom: ['categorical', 'Int64', 'Binary'],
  start_bp: [
    'UInt64',
    'UInt32',
    'Float64',
    'Int128',
    'decimal',
    'String',
    'datetime_us',
    'datetime_ns',
    'duration',
    'time',
    'Float16',
    'UInt128'
  ],
  embedding: ['list_float32', 'list_float64', 'list_int32', 'array_float32'],
  untargeted: ['UInt8', 'String', 'Float32'],
  created_at: ['UInt64', 'decimal', 'Float64', 'datetime_ns'],
  state_layer: ['UInt8', 'Int16', 'String']
}

const polars: CaseKind = {
  name: 'polars',
  weight: 5,
  draft: (rng, workshop) => {
    const layout = rng.some<Choice>([
      ['compression', rng.pick(['lz4', 'uncompressed', 'snappy', 'gzip', 'brotli', 'zstd'])],
      ['statistics', rng.pick([true, false, 'full'])],
      ['row_group_size', rng.pick([1, 3, 50])],
      ['data_page_size', rng.pick([1, 100])],
      ['metadata', { k: 'v' }]
    ], rng.below(4))
    const casts = rng.chance(0.5) ? Object.entries(POLARS_CASTS).filter(() => rng.chance(0.2)).map(([name, to]) => [name, rng.pick(to)]) : []
    const extra = rng.chance(0.4) ? [rng.pick(workshop.types.polars)] : []
    const sound = casts.length === 0 && extra.length === 0
    const fixed = { ...shape(rng), casts: Object.fromEntries(casts), extra }
    return libraryCase('polars', workshop, fixed, 'options', layout, sound)
  }
} // biome-ignore format: tables

const fastparquet: CaseKind = {
  name: 'fastparquet',
  weight: 5,
  draft: (rng, workshop) => {
    const layout = rng.some<Choice>([
      ['compression', rng.pick(['SNAPPY', 'GZIP', 'ZSTD', 'LZ4', 'BROTLI', 'LZ4_RAW', 'UNCOMPRESSED', { _default: 'GZIP', chrom: 'SNAPPY' }])],
      ['has_nulls', rng.pick([true, false, ['chrom']])],
      ['stats', rng.pick([true, false, 'auto', ['start_bp']])],
      ['times', rng.pick(['int64', 'int96'])],
      ['fixed_text', { dtype: 4 }],
      ['object_encoding', rng.pick(['infer', { chrom: 'utf8', window_hash: 'bytes', encoder_hash: 'bytes', pool_type: 'utf8', dtype: 'utf8', schema_version: 'utf8', embedding: 'json' }])],
      ['custom_metadata', { k: 'v' }],
      ['.index', true],
      ['.casts', rng.pick([{ start_bp: 'uint64' }, { start_bp: 'float64' }, { chrom: 'category' }, { dtype: 'category' }, { untargeted: 'int8' }, { created_at: 'datetime64[ns]' }, { created_at: 'timedelta64[ns]' }, { state_layer: 'Int8' }, { untargeted: 'boolean' }, { chrom: 'string' }])]
    ], rng.below(4))
    const embedding = rng.chance(0.85)
    const fixed = { ...shape(rng), drop: embedding ? ['embedding'] : [] }
    const flat = libraryCase('fastparquet', workshop, fixed, 'options', layout)
    if (!embedding) return flat
    return {
      ...flat,
      make: async left => {
        // fastparquet cannot write lists, so the column comes from geno_lewm's own shard of the same rows.
        const [bytes, own] = [await flat.make(left), await workshop.write('geno', fixed)]
        return bytes === null || own === null ? null : graftEmbeddings(bytes, own)
      }
    }
  }
} // biome-ignore format: tables

export const libraries: readonly CaseKind[] = [pyarrowSound, pyarrowTypes, duckdb, polars, fastparquet]
