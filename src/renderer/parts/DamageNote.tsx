/** The readable and unreadable parts of the selected shard, in one strip above its rows or its heat map. */

import type { ShardFacts } from '../../shared/contract/index.ts'
import { capital, findingText } from '../text/index.ts'
import { isPartlyReadable, readableParts } from '../text/readable.ts'
import { Banner } from '../ui/frames/Banner.tsx'
import { HealthMark } from '../ui/text/HealthMark.tsx'
import styles from './DamageNote.module.css'

/**
 * Shows nothing if the whole shard can be read.
 * @param sentence says which part cannot be shown, if no finding says it better
 */
export function DamageNote({ facts, sentence = null }: { readonly facts: ShardFacts | undefined; readonly sentence?: string | null }) {
  if (facts === undefined || !isPartlyReadable(facts)) {
    return sentence === null ? null : (
      <Banner tone='danger' urgent={false}>
        <HealthMark mark='damaged' word={capital(sentence)} />
      </Banner>
    )
  }
  const found = facts.findings.find(({ severity }) => severity === 'corrupt' || severity === 'unreadable' || severity === 'unsupported')
  const said = found === undefined ? sentence : findingText(found)
  return (
    <Banner tone='danger' urgent={false}>
      <ul className={styles.parts}>
        {readableParts(facts).map(({ name, readable, says }) => (
          <li key={name}>
            <HealthMark mark={readable ? 'verified' : 'damaged'} word={name} />
            <span className={styles.says}>{says}</span>
          </li>
        ))}
      </ul>
      {said !== null && <p className={styles.sentence}>{capital(said)}</p>}
    </Banner>
  )
}
