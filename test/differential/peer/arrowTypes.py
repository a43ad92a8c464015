"""Arrow types by name, with values for them: those that a column of a shard could have, and those of additional columns."""

import datetime
import decimal

import pyarrow as pa

DAY = datetime.date(2020, 2, 29)
INSTANT = datetime.datetime(2021, 3, 4, 5, 6, 7, 890123)

# name: (type, value of row i)
TYPES = {
    "null": (pa.null(), lambda i: None),
    "bool": (pa.bool_(), lambda i: i % 2 == 0),
    "int8": (pa.int8(), lambda i: i % 100 - 50),
    "int16": (pa.int16(), lambda i: i * 7 - 100),
    "int32": (pa.int32(), lambda i: i * 70_000),
    "int64": (pa.int64(), lambda i: i * 7_000_000_000),
    "uint8": (pa.uint8(), lambda i: 200 + i % 50),
    "uint16": (pa.uint16(), lambda i: 60_000 + i),
    "uint32": (pa.uint32(), lambda i: 4_000_000_000 + i),
    "uint64": (pa.uint64(), lambda i: 2**63 + i),
    "float16": (pa.float16(), lambda i: i / 4),
    "float32": (pa.float32(), lambda i: i / 8),
    "float64": (pa.float64(), lambda i: i / 10),
    "string": (pa.string(), lambda i: f"text {i}"),
    "large_string": (pa.large_string(), lambda i: f"text {i} ẞ"),
    "string_view": (pa.string_view(), lambda i: f"a longer text of a view, {i}"),
    "binary": (pa.binary(), lambda i: bytes([i % 256, 255])),
    "large_binary": (pa.large_binary(), lambda i: bytes([i % 256] * 3)),
    "binary_view": (pa.binary_view(), lambda i: bytes([i % 256] * 20)),
    "binary7": (pa.binary(7), lambda i: bytes([i % 256] * 7)),
    "decimal32": (pa.decimal32(7, 2), lambda i: decimal.Decimal(i) / 4),
    "decimal64": (pa.decimal64(15, 3), lambda i: decimal.Decimal(i) / 8),
    "decimal128": (pa.decimal128(30, 2), lambda i: decimal.Decimal(i) * 1000),
    "decimal256": (pa.decimal256(60, 0), lambda i: decimal.Decimal(10) ** 40 + i),
    "date32": (pa.date32(), lambda i: DAY),
    "date64": (pa.date64(), lambda i: DAY),
    "time32s": (pa.time32("s"), lambda i: datetime.time(1, 2, 3)),
    "time32ms": (pa.time32("ms"), lambda i: datetime.time(1, 2, 3, 4000)),
    "time64us": (pa.time64("us"), lambda i: datetime.time(1, 2, 3, 4)),
    "time64ns": (pa.time64("ns"), lambda i: datetime.time(1, 2, 3, 4)),
    "timestamp_s": (pa.timestamp("s"), lambda i: INSTANT),
    "timestamp_ms": (pa.timestamp("ms"), lambda i: INSTANT),
    "timestamp_us": (pa.timestamp("us", tz="UTC"), lambda i: INSTANT),
    "timestamp_ns": (pa.timestamp("ns"), lambda i: INSTANT),
    "timestamp_zone": (pa.timestamp("us", tz="Europe/Zurich"), lambda i: INSTANT),
    "timestamp_nowhere": (pa.timestamp("us", tz="Nowhere/Town"), lambda i: INSTANT),
    "timestamp_odd_ns": (pa.timestamp("ns"), lambda i: 1_600_000_000_000_000_001 + i),
    "timestamp_far": (pa.timestamp("us"), lambda i: 2**60 + i),
    "date_far": (pa.date32(), lambda i: 2**30),
    "duration_s": (pa.duration("s"), lambda i: datetime.timedelta(seconds=i)),
    "duration_ns": (pa.duration("ns"), lambda i: 1001 * i + 1),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), lambda i: f"entry {i % 3}"),
    "dictionary_int": (pa.dictionary(pa.int8(), pa.int64()), lambda i: i % 3),
    "list_int": (pa.list_(pa.int32()), lambda i: list(range(i % 4))),
    "list_text": (pa.list_(pa.string()), lambda i: [f"t{i}", None]),
    "large_list": (pa.large_list(pa.float64()), lambda i: [i / 2]),
    "list_view": (pa.list_view(pa.int16()), lambda i: [i, i + 1]),
    "fixed_list": (pa.list_(pa.float32(), 3), lambda i: [i, 0.5, -1]),
    "list_list": (pa.list_(pa.list_(pa.int64())), lambda i: [[i], [], [1, 2]]),
    "list_struct": (pa.list_(pa.struct([("a", pa.int32()), ("b", pa.string())])), lambda i: [{"a": i, "b": None}]),
    "struct": (pa.struct([("a", pa.int32()), ("b", pa.list_(pa.float16()))]), lambda i: {"a": i, "b": [0.5]}),
    "struct_deep": (pa.struct([("s", pa.struct([("t", pa.struct([("u", pa.bool_())]))]))]), lambda i: {"s": {"t": {"u": True}}}),
    "map": (pa.map_(pa.string(), pa.int64()), lambda i: [(f"k{i}", i)]),
    "map_list": (pa.map_(pa.int32(), pa.list_(pa.string())), lambda i: [(i, ["x"])]),
    "uuid": (pa.uuid(), lambda i: bytes([i % 256] * 16)),
    "json": (pa.json_(), lambda i: '{"a": %d}' % i),
    "bool8": (pa.bool8(), lambda i: i % 2),
    "opaque": (pa.opaque(pa.int32(), "odd", "vendor"), lambda i: i),
}

# Types other than its own in which a column of a shard could be stored.
BY_COLUMN = {
    "integers": ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "decimal32",
                 "decimal64", "decimal128", "decimal256", "string", "large_string", "string_view", "binary", "bool", "dictionary_int",
                 "timestamp_s", "timestamp_ns", "date32", "time64us", "duration_ns", "list_int", "null", "bool8", "opaque"],
    "texts": ["large_string", "string_view", "binary", "large_binary", "dictionary", "int64", "float64", "bool", "decimal128", "date32",
              "json", "null", "list_text", "uint8", "timestamp_us"],
    "hashes": ["binary", "large_binary", "binary_view", "string", "binary32", "list_uint8", "fixed_uint8", "int64", "null", "dictionary_binary"],
    "booleans": ["int8", "int64", "uint8", "float32", "string", "null", "bool8", "decimal128", "binary", "list_int", "date32"],
    "embedding": ["list_float16", "list_float32", "list_float64", "large_list_float16", "list_view_float32", "fixed_float16", "fixed_float32",
                  "list_int8", "list_uint64", "list_bool", "list_decimal", "list_string", "string", "binary", "struct_digits", "list_list",
                  "map_floats", "list_dictionary", "list_null", "list_struct", "float64", "list_timestamp"],
}


def stored(kind, name, values):
    """Values of a shard's column as an Arrow array of another type. Raises if Arrow cannot convert them."""
    if kind == "embedding":
        return embedding(name, values)
    if kind == "hashes":
        return hashes(name, values)
    if name == "null":
        return pa.nulls(len(values))
    if name in ("list_int", "list_text"):
        return pa.array([[v] for v in values])
    if name == "dictionary":
        return pa.array([str(v) for v in values]).dictionary_encode()
    if name == "dictionary_int":
        return pa.array(values, pa.int64()).dictionary_encode()
    kind_of = TYPES[name][0]
    if isinstance(kind_of, pa.BaseExtensionType):
        storage = kind_of.storage_type
        return pa.ExtensionArray.from_storage(kind_of, plain(storage, values))
    return plain(kind_of, values)


def plain(kind_of, values):
    if pa.types.is_string(kind_of) or pa.types.is_large_string(kind_of) or pa.types.is_string_view(kind_of):
        return pa.array([str(v) for v in values], kind_of)
    if pa.types.is_binary(kind_of) or pa.types.is_large_binary(kind_of) or pa.types.is_binary_view(kind_of):
        return pa.array([str(v).encode() for v in values], kind_of)
    if pa.types.is_boolean(kind_of):
        return pa.array([bool(v) for v in values], kind_of)
    if pa.types.is_decimal(kind_of):
        return pa.array([decimal.Decimal(numbers(v)) for v in values], kind_of)
    if pa.types.is_floating(kind_of):
        return pa.array([float(numbers(v)) for v in values], kind_of)
    return pa.array([numbers(v) for v in values], pa.int64()).cast(kind_of, safe=False)


def numbers(value):
    if isinstance(value, (int, float)):
        return value
    return int(value) if value.lstrip("-").isdigit() else len(value)


def hashes(name, values):
    match name:
        case "binary32":
            return pa.array(values, pa.binary(32))
        case "string":
            return pa.array([v.hex()[:32] for v in values])
        case "list_uint8":
            return pa.array([list(v) for v in values], pa.list_(pa.uint8()))
        case "fixed_uint8":
            return pa.array([list(v) for v in values], pa.list_(pa.uint8(), 32))
        case "int64":
            return pa.array([32 for _ in values], pa.int64())
        case "null":
            return pa.nulls(len(values))
        case "dictionary_binary":
            return pa.array(values, pa.binary()).dictionary_encode()
    return pa.array(values, TYPES[name][0])


def embedding(name, values):
    element = {"float16": pa.float16(), "float32": pa.float32(), "float64": pa.float64()}
    whole = [[int(v * 256) for v in row] for row in values]
    match name:
        case "list_float16" | "list_float32" | "list_float64":
            return pa.array(values, pa.list_(element[name[5:]]))
        case "large_list_float16":
            return pa.array(values, pa.large_list(pa.float16()))
        case "list_view_float32":
            return pa.array(values, pa.list_view(pa.float32()))
        case "fixed_float16" | "fixed_float32":
            return pa.array(values, pa.list_(element[name[6:]], len(values[0]) if values else 1))
        case "list_int8":
            return pa.array([[v % 128 for v in row] for row in whole], pa.list_(pa.int8()))
        case "list_uint64":
            return pa.array([[abs(v) + 2**63 for v in row] for row in whole], pa.list_(pa.uint64()))
        case "list_bool":
            return pa.array([[v > 0 for v in row] for row in values], pa.list_(pa.bool_()))
        case "list_decimal":
            return pa.array([[decimal.Decimal(v) for v in row] for row in values], pa.list_(pa.decimal128(20, 10)))
        case "list_string":
            return pa.array([[str(v) for v in row] for row in values], pa.list_(pa.string()))
        case "string":
            return pa.array(["".join(str(abs(v) % 10) for v in row) for row in whole])
        case "binary":
            return pa.array([bytes(abs(v) % 256 for v in row) for row in whole], pa.binary())
        case "struct_digits":
            return pa.array([{"1": row[0], "2": 0.5} for row in values], pa.struct([("1", pa.float32()), ("2", pa.float32())]))
        case "list_list":
            return pa.array([[[v] for v in row] for row in values])
        case "map_floats":
            return pa.array([[(1.0, v) for v in row] for row in values], pa.map_(pa.float32(), pa.float32()))
        case "list_dictionary":
            flat = pa.array([v for row in values for v in row], pa.float64()).dictionary_encode()
            offsets = [0]
            for row in values:
                offsets.append(offsets[-1] + len(row))
            return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)
        case "list_null":
            return pa.array([[None] for _ in values], pa.list_(pa.null()))
        case "list_struct":
            return pa.array([[{"v": v} for v in row] for row in values])
        case "float64":
            return pa.array([row[0] for row in values])
        case "list_timestamp":
            return pa.array(whole, pa.list_(pa.int64())).cast(pa.list_(pa.timestamp("us")))
    raise ValueError(name)
