/** A short table of texts, with all lines rendered. */
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import classes from './SmallTable.module.css'

export type SmallColumn = { readonly name: string; readonly number?: boolean; readonly title?: string }

/**
 * @param lines the cells of each line in column order, with a key
 * @param more shown below the last line
 */
export function SmallTable({
  columns,
  lines,
  more,
  className
}: {
  readonly columns: readonly SmallColumn[]
  readonly lines: readonly { readonly key: string; readonly cells: readonly { readonly content: ReactNode; readonly title?: string }[] }[]
  readonly more?: string | undefined
  readonly className?: string | undefined
}) {
  return (
    <table className={clsx(classes.table, className)}>
      <thead>
        <tr>
          {columns.map(({ name, number, title }) => (
            <th key={name} scope='col' className={number === true ? classes.number : undefined} title={title}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ key, cells }) => (
          <tr key={key}>
            {columns.map(({ name, number }, at) => (
              <td key={name} className={number === true ? classes.number : undefined} title={cells[at]?.title}>
                {cells[at]?.content}
              </td>
            ))}
          </tr>
        ))}
        {more !== undefined && (
          <tr>
            <td colSpan={columns.length} className={classes.more}>
              {more}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
