/** Parts of the reports of several kinds. */

import type { Finding } from '../../../shared/model/finding.ts'
import type { ShardNotMoved } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { formatCount } from '../../text/index.ts'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import classes from './Report.module.css'

const SHOWN = 200

export function Paths({ title, paths }: { readonly title: string; readonly paths: readonly string[] }) {
  if (paths.length === 0) return null
  return (
    <section>
      <h3>
        {title} <Muted>{formatCount(paths.length)}</Muted>
      </h3>
      <ul className={classes.paths}>
        {paths.slice(0, SHOWN).map(path => (
          <li key={path}>{path.endsWith('.parquet') ? <ShardName path={path} /> : path}</li>
        ))}
        {paths.length > SHOWN && <li>and {formatCount(paths.length - SHOWN)} more, all of them in the saved report</li>}
      </ul>
    </section>
  )
}

/** Rows that are not in the index. */
export function LeftOut({ findings }: { readonly findings: readonly Finding[] }) {
  return <Paths title='Not in the index' paths={findings.map(found => `${found.shardPath}: ${describeFinding(found)}`)} />
}

export function NotMoved({ shards }: { readonly shards: readonly ShardNotMoved[] }) {
  return <Paths title='Could not be moved' paths={shards.map(({ shardPath, reason }) => `${shardPath}: ${reason}`)} />
}
