/** The parts of a row's key, by layout. */
import { Fragment, type ReactNode } from 'react'
import type { RowLine } from '../../shared/contract/index.ts'
import { ALL_KEY_PARTS, type KeyField } from '../../shared/model/keySpec.ts'
import { formatCount, shortenHash } from '../text/index.ts'
import { layerText } from '../text/scopeText.ts'
import { CopyButton } from '../ui/controls/CopyButton.tsx'
import { Fact } from '../ui/text/Facts.tsx'

/** Null for a part that is shown together with another one. */
const FACTS: Readonly<Record<KeyField, ((row: RowLine) => ReactNode) | null>> = {
  windowHash: row => <HashFact name='Window hash' what='window hash' value={row.windowHash} />,
  encoderHash: row => <HashFact name='Encoder hash' what='encoder hash' value={row.encoderHash} />,
  stateLayer: row => <Fact name='Layer'>{layerText(row.stateLayer)}</Fact>,
  poolType: row => (
    <Fact name='Pool'>
      {row.poolType}, radius {formatCount(row.poolRadius)}
    </Fact>
  ),
  poolRadius: null,
  centerToken: row => (
    <Fact name='Center token' title='The token at the center of the pool'>
      {row.centerToken == null ? 'none' : formatCount(row.centerToken)}
    </Fact>
  ),
  dtype: row => (
    <Fact name='Dtype' title='The number format that the encoder ran in. Values are always stored as float16.'>
      {row.dtype}
    </Fact>
  )
}

export function KeyFacts({ row }: { readonly row: RowLine }) {
  return ALL_KEY_PARTS.map(({ field }) => {
    const fact = FACTS[field]
    return row[field] === undefined || fact === null ? null : <Fragment key={field}>{fact(row)}</Fragment>
  })
}

function HashFact({ name, what, value }: { readonly name: string; readonly what: string; readonly value: string }) {
  return (
    <Fact name={name} title={value} mono action={<CopyButton text={value} what={what} />}>
      {shortenHash(value)}
    </Fact>
  )
}
