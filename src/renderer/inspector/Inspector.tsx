/** The right pane: what is selected, from the whole scope down to one row. */
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import styles from '../ui/Inspector.module.css'
import { RowPane } from './RowPane.tsx'
import { ScopePane } from './ScopePane.tsx'
import { ShardPane } from './ShardPane.tsx'

export function Inspector() {
  const { shardPath, rowOffset } = useWorkspace().selection
  return (
    <section className={styles.inspector} aria-label='Inspector'>
      {shardPath === null ? (
        <ScopePane />
      ) : rowOffset === null ? (
        <ShardPane key={shardPath} shardPath={shardPath} />
      ) : (
        <RowPane key={shardPath} shardPath={shardPath} rowOffset={rowOffset} />
      )}
    </section>
  )
}
