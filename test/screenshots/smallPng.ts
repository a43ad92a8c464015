/** Reduces the size of a window's PNG: at most 256 colours, no filters, and maximum zlib compression. */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const COLOURS = 256
const RGB = 2

type Image = { readonly width: number; readonly height: number; readonly rgb: Uint8Array }

/**
 * The same picture in 256 colours. Every other colour becomes the nearest of them.
 * @param png as written by Chromium: 8 bits per channel, RGB, not interlaced
 */
export function smallPng(png: Buffer): Buffer {
  const { width, height, rgb } = decode(png)
  const counts = new Map<number, number>()
  for (let at = 0; at < rgb.length; at += 3) {
    const colour = colourAt(rgb, at)
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const palette = paletteOf(counts)
  const places = new Map([...counts.keys()].map(colour => [colour, nearest(palette, colour)]))
  const lines = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = places.get(colourAt(rgb, (y * width + x) * 3)) ?? 0
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  const colours = Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))
  const parts = [
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0))
  ]
  return Buffer.concat([SIGNATURE, ...parts])
}

function colourAt(rgb: Uint8Array, at: number): number {
  return ((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0)
}

/** Chooses colours one by one. Each is the one that the previous ones represent worst, by distance and frequency. */
function paletteOf(counts: ReadonlyMap<number, number>): readonly number[] {
  const left = new Map([...counts.keys()].map(colour => [colour, Number.MAX_SAFE_INTEGER]))
  const palette: number[] = []
  while (palette.length < COLOURS && left.size > 0) {
    let worst = { colour: 0, fault: -1 }
    for (const [colour, distance] of left) {
      const fault = distance * (counts.get(colour) ?? 0)
      if (fault > worst.fault) worst = { colour, fault }
    }
    palette.push(worst.colour)
    left.delete(worst.colour)
    for (const [colour, distance] of left) left.set(colour, Math.min(distance, distanceOf(colour, worst.colour)))
  }
  return palette
}

function nearest(palette: readonly number[], colour: number): number {
  const distances = palette.map(candidate => distanceOf(candidate, colour))
  return distances.indexOf(Math.min(...distances))
}

function distanceOf(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16)
  const green = ((one >> 8) & 255) - ((other >> 8) & 255)
  const blue = (one & 255) - (other & 255)
  return red * red + green * green + blue * blue
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

function decode(png: Buffer): Image {
  const data: Buffer[] = []
  let [width, height] = [0, 0]
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const body = png.subarray(at + 8, at + 8 + length)
    if (type === 'IDAT') data.push(body)
    if (type === 'IHDR') {
      ;[width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)]
      if (body[8] !== 8 || body[9] !== RGB || body[12] !== 0) throw new Error('not a PNG of 8 bits a channel, RGB, not interlaced')
    }
    at += 12 + length
  }
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(data)), width * 3, height) }
}

/** Undoes the filter of each line (PNG, 9.2). @param stride bytes per line, without its filter */
function unfilter(filtered: Buffer, stride: number, height: number): Uint8Array {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = filtered[y * (stride + 1)]
    const start = y * stride
    for (let x = 0; x < stride; x++) {
      const left = x < 3 ? 0 : (out[start + x - 3] ?? 0)
      const up = y === 0 ? 0 : (out[start + x - stride] ?? 0)
      const corner = x < 3 || y === 0 ? 0 : (out[start + x - stride - 3] ?? 0)
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)]
      out[start + x] = (filtered[y * (stride + 1) + 1 + x] ?? 0) + (guesses[filter ?? 0] ?? 0)
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
