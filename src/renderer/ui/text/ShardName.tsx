/** A shard's path on one line. Where it is narrow its parts give way one after the other, those that tell shards apart last. */
import { pathParts } from '../../text/index.ts'
import styles from './ShardName.module.css'

/** @param above folders that need not be said, with their last `/` */
export function ShardName({ path, above }: { readonly path: string; readonly above?: string }) {
  const { outer, layer, pool, radius, stem, block, ending } = pathParts(path, above)
  const part = (text: string, name: string | undefined) => text !== '' && <span className={name} data-text={text} aria-hidden='true' />
  return (
    <span className={styles.name} title={path}>
      {/* What is read aloud, searched and copied is one text; parts are only drawn. */}
      <span className={styles.whole}>{outer + layer + pool + radius + stem + block + ending}</span>
      {part(outer, styles.outer)}
      {part(layer, styles.layer)}
      {part(pool, styles.pool)}
      {part(radius, styles.radius)}
      {part(stem, styles.stem)}
      {part(block, styles.block)}
      {part(ending, styles.ending)}
    </span>
  )
}
