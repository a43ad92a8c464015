/** The right pane. It shows the selection, from the whole scope down to one row. */
import { Boundary } from '../parts/Boundary.tsx'
import { lazyComponent } from '../parts/lazyComponent.ts'
import { useWorkspace } from '../state/WorkspaceProvider.tsx'
import styles from '../ui/frames/Inspector.module.css'
import { ScopePane } from './ScopePane.tsx'

const ShardPane = lazyComponent(async () => (await import('./ShardPane.tsx')).ShardPane)
const RowPane = lazyComponent(async () => (await import('./RowPane.tsx')).RowPane)

export function Inspector() {
  const { shardPath, rowOffset } = useWorkspace('selection').selection
  return (
    <section className={styles.inspector} aria-label='Inspector'>
      <Boundary name='The inspector'>
        {shardPath === null ? (
          <ScopePane />
        ) : rowOffset === null ? (
          <ShardPane key={shardPath} shardPath={shardPath} />
        ) : (
          <RowPane key={shardPath} shardPath={shardPath} rowOffset={rowOffset} />
        )}
      </Boundary>
    </section>
  )
}
