/**
 * Kernels for the millions of values of a page, sixteen bytes at a time. AssemblyScript (https://www.assemblyscript.org), compiled by `npm
 * run build` and called by `../kernels.ts`. All pointers refer to this module's memory, which has 16 readable bytes after the input and 16
 * writable bytes after the output.
 */

/** Shuffle that moves the first four bytes of each of four values into the four lanes of a vector. */
function lanes(bitWidth: u32, shift: u32): v128 {
  let shuffle = i32x4.splat(0)
  shuffle = i32x4.replace_lane(shuffle, 0, word(0, bitWidth, shift))
  shuffle = i32x4.replace_lane(shuffle, 1, word(1, bitWidth, shift))
  shuffle = i32x4.replace_lane(shuffle, 2, word(2, bitWidth, shift))
  return i32x4.replace_lane(shuffle, 3, word(3, bitWidth, shift))
}

/** Positions of the four bytes that contain the `lane`-th value. */
function word(lane: u32, bitWidth: u32, shift: u32): u32 {
  return ((lane * bitWidth + shift) >> 3) * 0x01010101 + 0x03020100
}

/** Factors that shift each value so that all begin at bit 7, because vectors cannot shift each lane separately. */
function factors(bitWidth: u32, shift: u32): v128 {
  let powers = i32x4.splat(0)
  powers = i32x4.replace_lane(powers, 0, 1 << (7 - (shift & 7)))
  powers = i32x4.replace_lane(powers, 1, 1 << (7 - ((bitWidth + shift) & 7)))
  powers = i32x4.replace_lane(powers, 2, 1 << (7 - ((2 * bitWidth + shift) & 7)))
  return i32x4.replace_lane(powers, 3, 1 << (7 - ((3 * bitWidth + shift) & 7)))
}

/** The largest of four lanes. */
function largestOf(values: v128): u32 {
  const pairs = i32x4.max_u(values, i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  return max<u32>(i32x4.extract_lane(pairs, 0), i32x4.extract_lane(pairs, 1))
}

/** Four values, one per lane. */
function four(from: usize, shuffle: v128, factors: v128, mask: v128): v128 {
  return v128.and(i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from), shuffle), factors), 7), mask)
}

/**
 * Unpacks `groups` times eight values of `bitWidth` bits (1 to 16), least significant bit first, to 16 bits each.
 * @returns the largest
 */
export function unpack16(from: usize, bitWidth: u32, groups: u32, to: usize): u32 {
  const half = (4 * bitWidth) & 7
  const second: usize = (4 * bitWidth) >> 3
  const shuffleLow = lanes(bitWidth, 0)
  const shuffleHigh = lanes(bitWidth, half)
  const factorsLow = factors(bitWidth, 0)
  const factorsHigh = factors(bitWidth, half)
  const mask = i32x4.splat((1 << bitWidth) - 1)
  let largest = i16x8.splat(0)
  const end = to + <usize>groups * 16
  while (to < end) {
    const low = four(from, shuffleLow, factorsLow, mask)
    const high = four(from + second, shuffleHigh, factorsHigh, mask)
    const values = i16x8.narrow_i32x4_u(low, high)
    largest = i16x8.max_u(largest, values)
    v128.store(to, values)
    from += bitWidth
    to += 16
  }
  return largestOf(i32x4.max_u(i32x4.extend_low_i16x8_u(largest), i32x4.extend_high_i16x8_u(largest)))
}

/** The same for values of up to 24 bits, to 32 bits each. */
export function unpack32(from: usize, bitWidth: u32, groups: u32, to: usize): u32 {
  const half = (4 * bitWidth) & 7
  const second: usize = (4 * bitWidth) >> 3
  const shuffleLow = lanes(bitWidth, 0)
  const shuffleHigh = lanes(bitWidth, half)
  const factorsLow = factors(bitWidth, 0)
  const factorsHigh = factors(bitWidth, half)
  const mask = i32x4.splat((1 << bitWidth) - 1)
  let largest = i32x4.splat(0)
  const end = to + <usize>groups * 32
  while (to < end) {
    const low = four(from, shuffleLow, factorsLow, mask)
    const high = four(from + second, shuffleHigh, factorsHigh, mask)
    largest = i32x4.max_u(largest, i32x4.max_u(low, high))
    v128.store(to, low)
    v128.store(to + 16, high)
    from += bitWidth
    to += 32
  }
  return largestOf(largest)
}

/** Whether all of `count` float16 values are finite, that is, no exponent has all bits set. */
export function halvesFinite(from: usize, count: u32): bool {
  const exponent = i16x8.splat(0x7c00)
  let strange = i16x8.splat(0)
  const end = from + <usize>(count >> 3) * 16
  while (from < end) {
    strange = v128.or(strange, i16x8.eq(v128.and(v128.load(from), exponent), exponent))
    from += 16
  }
  let finite = !v128.any_true(strange)
  for (let i: usize = 0; i < (count & 7); i++) finite = finite && (load<u16>(from + 2 * i) & 0x7c00) !== 0x7c00
  return finite
}

/** The smallest float that rounds to a normal float16 (2^-14), and the first beyond the float16 range (65,520), as bits. */
const SMALLEST_NORMAL: i32 = 0x38800000
const TOO_LARGE: i32 = 0x477ff000
const FLOAT_INFINITY: i32 = 0x7f800000
/** The difference between the exponent biases, and the rounding term: half of the dropped part, minus one for an even neighbour. */
const TO_HALF: i32 = 0xfff - 0x38000000

/**
 * Rounds `count` floats to float16, ties to even. Every NaN becomes 0x7e00 with its sign. Reads and writes whole vectors.
 * @returns number of finite floats that became infinities
 */
export function roundToHalves(from: usize, count: u32, to: usize): u32 {
  let overflowed: u32 = 0
  for (let done: u32 = 0; done < count; done += 4) {
    const bits = v128.load(from)
    const magnitude = v128.and(bits, i32x4.splat(0x7fffffff))
    const isOdd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
    let half = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(TO_HALF)), isOdd), 13)
    const isSmall = i32x4.lt_s(magnitude, i32x4.splat(SMALLEST_NORMAL))
    const isTooLarge = i32x4.ge_s(magnitude, i32x4.splat(TOO_LARGE))
    // Few embeddings contain values of either kind.
    if (v128.any_true(v128.or(isSmall, isTooLarge))) {
      half = v128.bitselect(unitsOf(magnitude), half, isSmall)
      half = v128.bitselect(i32x4.splat(0x7c00), half, isTooLarge)
      half = v128.bitselect(i32x4.splat(0x7e00), half, i32x4.gt_s(magnitude, i32x4.splat(FLOAT_INFINITY)))
      overflowed += setAmong(v128.and(isTooLarge, i32x4.lt_s(magnitude, i32x4.splat(FLOAT_INFINITY))), count - done)
    }
    half = v128.or(half, v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000)))
    v128.store64_lane(to, i16x8.narrow_i32x4_u(half, half), 0)
    from += 16
    to += 8
  }
  return overflowed
}

/** The number of units of the smallest float16, rounded. The largest results carry over into normal numbers. */
function unitsOf(magnitude: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(magnitude, f32x4.splat(16777216))))
}

/** How many of the first `count` lanes are set. */
function setAmong(lanes: v128, count: u32): u32 {
  const mask = <u32>i32x4.bitmask(lanes)
  return popcnt(count < 4 ? mask & ((1 << count) - 1) : mask)
}

/** The order of float16 numbers as signed 16-bit integers, with the negative ones reversed. */
function placesOf(float16s: v128): v128 {
  return v128.xor(float16s, v128.and(i16x8.shr_s(float16s, 15), i16x8.splat(0x7fff)))
}

/**
 * Smallest and largest rank of `count` float16 values in numeric order. 0 is the positive zero, and -1 the negative one.
 * @returns the smallest in the upper 16 bits, the largest in the lower 16 bits
 */
export function rangeOfHalves(from: usize, count: u32): u32 {
  let smallest = i16x8.splat(i16.MAX_VALUE)
  let largest = i16x8.splat(i16.MIN_VALUE)
  const end = from + <usize>(count >> 3) * 16
  while (from < end) {
    const places = placesOf(v128.load(from))
    smallest = i16x8.min_s(smallest, places)
    largest = i16x8.max_s(largest, places)
    from += 16
  }
  for (let i: usize = 0; i < (count & 7); i++) {
    const place = placesOf(v128.load16_splat(from + 2 * i))
    smallest = i16x8.min_s(smallest, place)
    largest = i16x8.max_s(largest, place)
  }
  for (let lanes = 4; lanes > 0; lanes >>= 1) {
    smallest = i16x8.min_s(smallest, upper(smallest, lanes))
    largest = i16x8.max_s(largest, upper(largest, lanes))
  }
  return ((<u32>i16x8.extract_lane_s(smallest, 0)) << 16) | (<u32>i16x8.extract_lane_s(largest, 0) & 0xffff)
}

/** The lanes from `from` (1, 2, 4), moved to the front. */
function upper(values: v128, from: i32): v128 {
  if (from === 4) return i8x16.shuffle(values, values, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)
  if (from === 2) return i8x16.shuffle(values, values, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7)
  return i8x16.shuffle(values, values, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3)
}
