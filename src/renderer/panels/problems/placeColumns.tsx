/** The columns of the table of places where a cause was found. */
import type { Finding } from '../../../shared/model/finding.ts'
import { findingText } from '../../text/index.ts'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { placeText } from './causes.ts'

/** Two findings may have the same contents, so each has a key. */
export type Place = { readonly key: string; readonly found: Finding }

/**
 * @param above the folders that all shards share
 * @param isMissing whether the shards are missing. They have no rows; where their blocks are present takes a sentence
 */
export function placeColumns(above: string, isMissing: boolean): readonly GridColumn<Place>[] {
  return [
    {
      id: 'shardPath',
      name: isMissing ? 'Missing shard' : 'Shard',
      width: 120,
      least: 80,
      grow: 4,
      fixed: true,
      sorts: true,
      value: ({ found }) => found.shardPath,
      cell: ({ found }) => <ShardName path={found.shardPath} above={above} />
    },
    {
      id: 'place',
      name: isMissing ? 'Present elsewhere' : 'Place',
      width: isMissing ? 296 : 124,
      grow: isMissing ? 3 : 2,
      sorts: true,
      value: ({ found }) => placeText(found),
      cell: ({ found }) => <Muted>{placeText(found)}</Muted>,
      hint: ({ found }) => placeText(found)
    },
    {
      id: 'message',
      name: 'Finding',
      width: isMissing ? 80 : 120,
      grow: isMissing ? 4 : 6,
      givesWay: 1,
      sorts: true,
      value: ({ found }) => findingText(found),
      cell: ({ found }) => <Muted>{findingText(found)}</Muted>,
      hint: ({ found }) => findingText(found)
    }
  ]
}
