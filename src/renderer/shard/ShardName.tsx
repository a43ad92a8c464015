/** A shard's path on one line: when it is narrow the folders give way, never the name of the file. */
import styles from './ShardName.module.css'

export function ShardName({ path }: { readonly path: string }) {
  const shown = path.replace(/^embeddings\//, '')
  const cut = shown.lastIndexOf('/') + 1
  return (
    <span className={styles.name} title={path}>
      <span className={styles.folder}>{shown.slice(0, cut)}</span>
      <span className={styles.file}>{shown.slice(cut)}</span>
    </span>
  )
}
