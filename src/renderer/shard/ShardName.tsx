/** A shard's path on one line. Where it is narrow its parts give way one after the other, those that tell shards apart last. */
import { pathParts } from '../format/index.ts'
import styles from './ShardName.module.css'

/** @param above folders that need not be said, with their last `/` */
export function ShardName({ path, above }: { readonly path: string; readonly above?: string }) {
  const { outer, layer, pool, radius, stem, block, ending } = pathParts(path, above)
  return (
    <span className={styles.name} title={path}>
      <span className={styles.outer}>{outer}</span>
      <span className={styles.layer}>{layer}</span>
      <span className={styles.pool}>{pool}</span>
      <span className={styles.radius}>{radius}</span>
      <span className={styles.stem}>{stem}</span>
      <span className={styles.block}>{block}</span>
      <span className={styles.ending}>{ending}</span>
    </span>
  )
}
