/**
 * Tables of a FlatBuffer. Everything is verified before it is read, with the rules of the C++ library's verifier, so a buffer is refused
 * exactly when Arrow refuses it. Source: https://github.com/google/flatbuffers/blob/master/include/flatbuffers/verifier.h
 */

/** The reason why the bytes are not such a FlatBuffer. */
export class FlatbufferError extends Error {}

const DEEPEST = 128

type Room = { readonly bytes: Buffer; depth: number; tables: number }

/** The root table of a buffer. */
export function rootTable(bytes: Buffer): FlatTable {
  if (bytes.length < 5) throw new FlatbufferError('it is too short')
  const room = { bytes, depth: 0, tables: 0 }
  return new FlatTable(room, offsetAt(room, 0))
}

function check(ok: boolean, what: string): void {
  if (!ok) throw new FlatbufferError(what)
}

function checkRange({ bytes }: Room, at: number, length: number): void {
  check(length < bytes.length && at >= 0 && at <= bytes.length - length, 'an offset points outside the buffer')
}

function checkScalar(room: Room, at: number, size: number): void {
  check(at % size === 0, 'a value is not aligned')
  checkRange(room, at, size)
}

/** The target of an offset. */
function offsetAt(room: Room, at: number): number {
  checkScalar(room, at, 4)
  const offset = room.bytes.readInt32LE(at)
  check(offset > 0, 'an offset is not positive')
  checkRange(room, at + offset, 1)
  return at + offset
}

/** Bytes of a vector after its length, which is verified. */
function checkVector(room: Room, at: number, size: number): number {
  checkScalar(room, at, 4)
  const count = room.bytes.readUInt32LE(at)
  checkRange(room, at, 4 + count * size)
  return count
}

export class FlatTable {
  private readonly room: Room
  private readonly at: number
  private readonly vtable: number
  private readonly vtableBytes: number

  constructor(room: Room, at: number) {
    checkScalar(room, at, 4)
    room.tables += 1
    check(room.depth < DEEPEST && room.tables <= 8 * room.bytes.length, 'it is nested too deeply or too large')
    this.room = room
    this.at = at
    this.vtable = at - room.bytes.readInt32LE(at)
    checkScalar(room, this.vtable, 2)
    this.vtableBytes = room.bytes.readUInt16LE(this.vtable)
    check(this.vtableBytes % 2 === 0, 'a table has an incomplete field')
    checkRange(room, this.vtable, this.vtableBytes)
  }

  /** Position of a field, or null if absent. */
  private field(slot: number): number | null {
    const entry = 4 + 2 * slot
    if (entry >= this.vtableBytes) return null
    const offset = this.room.bytes.readUInt16LE(this.vtable + entry)
    return offset === 0 ? null : this.at + offset
  }

  private scalar(slot: number, size: number): number | null {
    const at = this.field(slot)
    if (at !== null) checkScalar(this.room, at, size)
    return at
  }

  int8(slot: number): number {
    const at = this.scalar(slot, 1)
    return at === null ? 0 : this.room.bytes.readUInt8(at)
  }

  int16(slot: number, absent = 0): number {
    const at = this.scalar(slot, 2)
    return at === null ? absent : this.room.bytes.readInt16LE(at)
  }

  int32(slot: number, absent = 0): number {
    const at = this.scalar(slot, 4)
    return at === null ? absent : this.room.bytes.readInt32LE(at)
  }

  int64(slot: number): bigint {
    const at = this.scalar(slot, 8)
    return at === null ? 0n : this.room.bytes.readBigInt64LE(at)
  }

  private target(slot: number): number | null {
    const at = this.field(slot)
    return at === null ? null : offsetAt(this.room, at)
  }

  /** Bytes of a text, or null if absent. */
  text(slot: number): string | null {
    const at = this.target(slot)
    if (at === null) return null
    const end = at + 4 + checkVector(this.room, at, 1)
    checkRange(this.room, end, 1)
    check(this.room.bytes[end] === 0, 'a text is not terminated')
    return this.room.bytes.toString('latin1', at + 4, end)
  }

  /** Reads a table. Null if absent. */
  table<T>(slot: number, read: (table: FlatTable) => T): T | null {
    const at = this.target(slot)
    return at === null ? null : inside(this.room, at, read)
  }

  /** Whether a field that is a table or a vector is present. */
  has(slot: number): boolean {
    return this.target(slot) !== null
  }

  /** Reads a vector of tables. Null if absent. */
  tables<T>(slot: number, read: (table: FlatTable, index: number) => T): T[] | null {
    const at = this.target(slot)
    if (at === null) return null
    const count = checkVector(this.room, at, 4)
    const values: T[] = []
    for (let i = 0; i < count; i++) {
      const place = at + 4 + 4 * i
      values.push(inside(this.room, place + this.room.bytes.readUInt32LE(place), table => read(table, i)))
    }
    return values
  }

  /** Numbers of a vector of int32. Null if absent. */
  numbers(slot: number): number[] | null {
    const at = this.target(slot)
    if (at === null) return null
    const count = checkVector(this.room, at, 4)
    return Array.from({ length: count }, (_, i) => this.room.bytes.readInt32LE(at + 4 + 4 * i))
  }

  /** Checks the bounds of a vector whose values are not needed. */
  checkVector(slot: number, size: number): void {
    const at = this.target(slot)
    if (at !== null) checkVector(this.room, at, size)
  }
}

function inside<T>(room: Room, at: number, read: (table: FlatTable) => T): T {
  room.depth += 1
  const value = read(new FlatTable(room, at))
  room.depth -= 1
  return value
}
