/**
 * The selected shard as one picture, with rows from top to bottom and values from left to right. Outliers can be pointed at and selected.
 */

import { DamageNote } from '../../parts/DamageNote.tsx'
import { useFacts, useHeatMap } from '../../state/queries/queries.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { PaneNote } from '../../ui/frames/Section.tsx'
import { useSettled, useSize } from '../../ui/plots/useCanvas.ts'
import view from '../../ui/styles/view.module.css'
import { HeatMap } from './HeatMap.tsx'
import styles from './HeatMapTab.module.css'

const MOST = 4096
const SETTLE_MS = 150

export function HeatMapTab({ shardPath }: { readonly shardPath: string }) {
  const facts = useFacts(shardPath)
  const [box, size] = useSize<HTMLDivElement>()
  const settled = useSettled(size, SETTLE_MS)
  const { data, isError } = facts
  // Never more cells than values, so that no cell is empty.
  const cells = (pixels: number, there: number | null): number =>
    Math.min(MOST, Math.max(1, there ?? MOST), Math.max(1, Math.round(pixels)))
  const asked =
    settled === null || (data === undefined && !isError)
      ? null
      : {
          width: cells(settled.width * settled.ratio, data?.dimensions ?? null),
          height: cells(settled.height * settled.ratio, data?.rows ?? null)
        }
  const picture = useHeatMap(shardPath, asked)
  const sentence = picture.data?.damage ?? (picture.isError ? sentenceOf(picture.error) : null)
  return (
    <div className={view.tab}>
      <DamageNote facts={data} sentence={sentence} />
      <div ref={box} className={styles.body}>
        {picture.data !== undefined && picture.data.rows > 0 ? (
          <HeatMap shardPath={shardPath} picture={picture.data} />
        ) : sentence !== null ? (
          <PaneNote tone='quiet'>The shard cannot be drawn. The inspector shows what is known about it and what to do.</PaneNote>
        ) : (
          <PaneNote tone='quiet'>{picture.data === undefined ? 'Drawing the shard…' : 'The shard has no rows.'}</PaneNote>
        )}
      </div>
    </div>
  )
}
