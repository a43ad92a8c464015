/** The legend of the colours: the map from −limit to limit, with its numbers. */
import { formatFloat } from '../../text/index.ts'
import styles from './ColourBar.module.css'
import { colourAt, cssColour } from './colourMap.ts'
import { useTheme } from './useCanvas.ts'

const STOPS = Array.from({ length: 17 }, (_, i) => i / 8 - 1)

export function ColourBar({ limit }: { readonly limit: number }) {
  const theme = useTheme()
  const colours = STOPS.map(place => cssColour(colourAt(theme, place))).join(', ')
  return (
    <span
      className={styles.bar}
      role='img'
      aria-label={`Colours: blue is ${formatFloat(-limit, 3)}, orange is ${formatFloat(limit, 3)}, grey is NaN`}
    >
      <span aria-hidden='true'>{formatFloat(-limit, 3)}</span>
      <span className={styles.scale} style={{ background: `linear-gradient(to right, ${colours})` }} aria-hidden='true'>
        <span className={styles.zero} />
      </span>
      <span aria-hidden='true'>{formatFloat(limit, 3)}</span>
    </span>
  )
}
