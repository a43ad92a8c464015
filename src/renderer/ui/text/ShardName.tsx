/**
 * A shard's path on one line. In a narrow place its parts are shortened one after another. The parts that distinguish shards are shortened
 * last.
 */
import { pathParts } from '../../text/index.ts'
import styles from './ShardName.module.css'

/** @param above folders that are not shown, with a trailing `/` */
export function ShardName({ path, above }: { readonly path: string; readonly above?: string }) {
  const { outer, layer, pool, radius, stem, block, ending } = pathParts(path, above)
  const part = (text: string, name: string | undefined) => text !== '' && <span className={name} data-text={text} aria-hidden='true' />
  return (
    <span className={styles.name} title={path}>
      {/* Screen readers, search and copy get one text. The parts are only drawn. */}
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
