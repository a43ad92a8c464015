/** A shard's path on one line: when it is narrow the encoder gives way first, then the pool's name, the file never. */
import { pathParts } from '../format/index.ts'
import styles from './ShardName.module.css'

/** @param above folders that need not be said, with their last `/` */
export function ShardName({ path, above }: { readonly path: string; readonly above?: string }) {
  const { outer, layer, pool, radius, file } = pathParts(path, above)
  return (
    <span className={styles.name} title={path}>
      <span className={styles.folders}>
        {outer !== '' && <span className={styles.outer}>{outer}</span>}
        <span>{layer}</span>
        <span className={styles.pool}>{pool}</span>
        <span>{radius}</span>
      </span>
      <span className={styles.file}>{file}</span>
    </span>
  )
}
