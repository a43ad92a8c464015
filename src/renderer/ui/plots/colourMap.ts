/**
 * A diverging map centred on 0, for values and NaN: blue below, orange above, and 0 in the colour of the background, so that the distance
 * from it shows the size. Blue and orange remain distinct for colour-blind readers. Lightness decreases (in the dark theme, increases)
 * evenly.
 */

import { scaleLinear } from 'd3-scale'

export type Rgb = readonly [red: number, green: number, blue: number]
export type Theme = 'light' | 'dark'

const STOPS: Record<Theme, readonly Rgb[]> = {
  light: [
    [8, 48, 107],
    [33, 102, 172],
    [107, 163, 214],
    [190, 216, 238],
    [248, 248, 246],
    [250, 214, 170],
    [232, 150, 74],
    [179, 88, 6],
    [105, 47, 4]
  ],
  dark: [
    [190, 222, 255],
    [116, 178, 240],
    [56, 122, 196],
    [34, 68, 112],
    [28, 30, 34],
    [98, 58, 22],
    [186, 104, 30],
    [242, 162, 78],
    [255, 222, 178]
  ]
}

/** The colour where there is no value: grey, which the map itself never contains. */
const NAN: Record<Theme, Rgb> = { light: [150, 156, 164], dark: [104, 110, 120] }

const STEPS = 256

/** 256 colours from −1 to 1 as RGBA bytes, one little-endian word each, and one more for NaN. */
export type ColourTable = { readonly words: Uint32Array; readonly theme: Theme }

const tables = new Map<Theme, ColourTable>()

export function colourTable(theme: Theme): ColourTable {
  const known = tables.get(theme)
  if (known !== undefined) return known
  const words = new Uint32Array(STEPS + 1)
  for (let i = 0; i < STEPS; i++) words[i] = wordOf(colourAt(theme, (2 * i) / (STEPS - 1) - 1))
  words[STEPS] = wordOf(NAN[theme])
  const table = { words, theme }
  tables.set(theme, table)
  return table
}

function wordOf([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}

function scaleOf(stops: readonly Rgb[]) {
  const last = stops.length - 1
  return scaleLinear<readonly number[]>()
    .domain(stops.map((_, at) => (2 * at) / last - 1))
    .range(stops)
    .clamp(true)
}

const SCALES: Record<Theme, ReturnType<typeof scaleOf>> = { light: scaleOf(STOPS.light), dark: scaleOf(STOPS.dark) }

/** The colour of a position between −1 and 1. Positions beyond have the colour of the end. */
export function colourAt(theme: Theme, place: number): Rgb {
  if (Number.isNaN(place)) return NAN[theme]
  const [red = 0, green = 0, blue = 0] = SCALES[theme](place)
  return [Math.round(red), Math.round(green), Math.round(blue)]
}

export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`
}

/** A value's entry in the table. @param limit the value at the end of the map, above 0 */
export function wordFor({ words }: ColourTable, value: number, limit: number): number {
  if (Number.isNaN(value)) return words[STEPS] ?? 0
  const place = Math.round(((value / limit + 1) / 2) * (STEPS - 1))
  return words[Math.min(STEPS - 1, Math.max(0, place))] ?? 0
}

/** The end of a map that is symmetric around 0. 1 if there is nothing to show. */
export function limitOf(low: number | null, high: number | null): number {
  const limit = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0))
  return Number.isFinite(limit) && limit > 0 ? limit : 1
}
