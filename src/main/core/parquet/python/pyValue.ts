/** The result of pyarrow's `to_pylist` for a value, as far as GenoLeWM is affected by the differences. */

/** An exception that Python raises when GenoLeWM converts a value. GenoLeWM refuses the shard. */
export class PyError extends Error {}

/** A value whose Python form is unknown. It says nothing about the shard. */
export class PyUnknown extends Error {}

export type PyObject =
  /** `unscaled` × 10^-`scale`. */
  | { readonly is: 'Decimal'; readonly unscaled: bigint; readonly scale: number }
  | { readonly is: 'date'; readonly days: number }
  /** Microseconds since 1970, without a time zone. */
  | { readonly is: 'datetime'; readonly us: bigint }
  /** A time with a time zone, as `datetime` or `pandas.Timestamp`. */
  | { readonly is: 'moment' }
  /** Microseconds since midnight. */
  | { readonly is: 'time'; readonly us: bigint }
  | { readonly is: 'timedelta'; readonly us: bigint }
  /** Nanoseconds since 1970, without a time zone. */
  | { readonly is: 'Timestamp'; readonly ns: bigint }
  | { readonly is: 'Timedelta'; readonly ns: bigint }
  | { readonly is: 'NaT' }
  | { readonly is: 'UUID'; readonly bytes: Uint8Array }
  | { readonly is: 'list' | 'tuple'; readonly items: readonly PyValue[] }
  | { readonly is: 'dict'; readonly entries: readonly (readonly [key: string, value: PyValue])[] }

/** `None`, `bool`, `int`, `float`, `str`, `bytes`, and objects. */
export type PyValue = null | boolean | bigint | number | string | Uint8Array | PyObject

/** The name of a value's type in Python's messages. */
export function pyTypeName(value: PyValue): string {
  if (value === null) return 'NoneType'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'string':
      return 'str'
    default:
      return value instanceof Uint8Array ? 'bytes' : value.is
  }
}
