/** The one number format, for the window, the command line and the sentences of findings: thousands separators, binary units. */

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** `1234567` → `1,234,567`. @param value an integer */
export function formatInteger(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A count with its noun: `1 shard`, `2,000 shards`. */
export function formatCounted(value: number | bigint, one: string, many = `${one}s`): string {
  return `${formatInteger(value)} ${value === 1 || value === 1n ? one : many}`
}

/** `512 B`, `1.5 KiB`, `2.0 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${formatInteger(bytes)} B`
  let value = bytes
  let unit = ''
  for (const next of UNITS) {
    if (value < 1023.95 && unit !== '') break
    value /= 1024
    unit = next
  }
  return `${value.toFixed(1)} ${unit}`
}

/** A template whose numbers are shown with thousands separators: ``counted`the footer claims ${bytes} bytes` ``. */
export function counted(texts: TemplateStringsArray, ...values: readonly (string | number | bigint)[]): string {
  return texts.map((text, i) => `${text}${i < values.length ? valueText(values[i] ?? '') : ''}`).join('')
}

function valueText(value: string | number | bigint): string {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isInteger(value)) ? String(value) : formatInteger(value)
}
