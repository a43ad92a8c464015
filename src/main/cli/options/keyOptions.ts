/** The options that name the parts of one key. */
import { Option } from 'commander'
import { ALL_KEY_PARTS, KEY_PARTS, type KeyField, type KeyPart } from '../../../shared/model/keySpec.ts'
import { DTYPES, POOL_TYPES, type WindowKey } from '../../../shared/model/record.ts'
import { centerTokenField, hashField, poolRadiusField, stateLayerField } from './fields.ts'
import { numberOption, textOption } from './optionValues.ts'

/** Parts of a key, as far as they were given. */
export type GivenKey = { readonly [F in KeyField]?: WindowKey[F] }

const OPTIONS: Readonly<Record<KeyField, (flag: string) => Option>> = {
  windowHash: flag => new Option(`${flag} <hex>`, "SHA-256 of the window's DNA").argParser(textOption(hashField)),
  encoderHash: flag => new Option(`${flag} <hex>`, "SHA-256 of the encoder's weights").argParser(textOption(hashField)),
  stateLayer: flag => new Option(`${flag} <n>`, 'layer; -1 is the last').argParser(numberOption(stateLayerField)),
  poolType: flag => new Option(`${flag} <type>`, 'pool type').choices(POOL_TYPES),
  poolRadius: flag => new Option(`${flag} <n>`, 'pool radius in tokens').argParser(numberOption(poolRadiusField)),
  centerToken: flag =>
    new Option(`${flag} <n>`, 'layout 2: token that the pool is centred on (default: none)').argParser(numberOption(centerTokenField)),
  dtype: flag => new Option(`${flag} <dtype>`, 'data type that the encoder ran in').choices(DTYPES)
}

function flagOf({ column }: KeyPart): string {
  return `--${column.replaceAll('_', '-')}`
}

/** An option for each part of a key. */
export function keyOptions(): Option[] {
  return ALL_KEY_PARTS.map(part => OPTIONS[part.field](flagOf(part)))
}

/** The option of one part. */
export function keyOption(field: KeyField): Option {
  return OPTIONS[field](flagOf(KEY_PARTS[field]))
}

/** The key that was given, or the flags of the parts that are missing. */
export function keyOfOptions(given: GivenKey): { readonly key: WindowKey } | { readonly missing: readonly string[] } {
  const missing = ALL_KEY_PARTS.filter(({ field, none }) => none === null && given[field] === undefined)
  if (missing.length > 0) return { missing: missing.map(flagOf) }
  const parts = ALL_KEY_PARTS.flatMap(({ field }) => (given[field] === undefined ? [] : [[field, given[field]]]))
  return { key: Object.fromEntries(parts) as WindowKey }
}

/** Whether any part was given. */
export function isKeyGiven(given: GivenKey): boolean {
  return ALL_KEY_PARTS.some(({ field }) => given[field] !== undefined)
}
