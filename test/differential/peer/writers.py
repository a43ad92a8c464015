"""Files by geno_lewm, pyarrow, DuckDB, Polars and fastparquet: one request per line on stdin, one answer per line on stdout, in order.

An order is {"op": name, "path": ..., ...options}; an answer {"done": value} or {"failed": message}. The same order gives the same rows.
"""

import base64
import hashlib
import json
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from geno_lewm.encoder import cache

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from arrowTypes import BY_COLUMN, TYPES, stored

KINDS = {"chrom": "texts", "start_bp": "integers", "end_bp": "integers", "window_hash": "hashes", "encoder_hash": "hashes",
         "state_layer": "integers", "pool_type": "texts", "pool_radius": "integers", "dtype": "texts", "embedding": "embedding",
         "untargeted": "booleans", "created_at": "integers", "schema_version": "texts"}


def sha(text):
    return hashlib.sha256(text.encode()).digest()


def model(seed, rows, dimensions):
    """Columns of a valid shard. Values are exact in float16."""
    rng = random.Random(seed)
    few = rng.random() < 0.4
    draw = (lambda: rng.choice([-0.5, 0.25, 1.0])) if few else (lambda: rng.randint(-1024, 1024) / 256)
    return {
        "chrom": ["1"] * rows,
        "start_bp": [i * 8192 for i in range(rows)],
        "end_bp": [i * 8192 + 12288 for i in range(rows)],
        "window_hash": [sha(f"window {seed} {i}") for i in range(rows)],
        "encoder_hash": [sha("encoder")] * rows,
        "state_layer": [5] * rows,
        "pool_type": ["centered_mean"] * rows,
        "pool_radius": [8] * rows,
        "dtype": ["fp16"] * rows,
        "embedding": [[draw() + (0.125 if d == 0 else 0) for d in range(dimensions)] for _ in range(rows)],
        "untargeted": [rng.random() < 0.5 for _ in range(rows)],
        "created_at": [1_700_000_000_000_000_000 + i for i in range(rows)],
        "schema_version": ["1.0.0"] * rows,
    }


def geno(path, seed, rows, dimensions, **_):
    columns = model(seed, rows, dimensions)
    names = {"start_bp": "start_bp"}
    records = [cache.WindowCacheRecord(**{names.get(k, k): tuple(v[i]) if k == "embedding" else v[i] for k, v in columns.items()})
               for i in range(rows)]
    cache._write_records_to_parquet(path, records)


def arrow_table(seed, rows, dimensions, types=None, extra=(), nulls=(), required=(), order=None, metadata=None, **_):
    columns = model(seed, rows, dimensions)
    schema = cache._arrow_schema(pa)
    arrays = {}
    for name, values in columns.items():
        array = stored(KINDS[name], types[name], values) if types and name in types else pa.array(values, schema.field(name).type)
        if name in nulls and rows > 0:
            array = pa.concat_arrays([array[:-1], pa.nulls(1, array.type)])
        arrays[name] = array
    for n, name in enumerate(extra):
        kind_of, value = TYPES[name]
        data = [value(i) for i in range(rows)]
        if isinstance(kind_of, pa.BaseExtensionType):
            arrays[f"x{n}_{name}"] = pa.ExtensionArray.from_storage(kind_of, pa.array(data, kind_of.storage_type))
        elif pa.types.is_dictionary(kind_of):
            arrays[f"x{n}_{name}"] = pa.array(data, kind_of.value_type).dictionary_encode().cast(kind_of)
        else:
            arrays[f"x{n}_{name}"] = pa.array(data, kind_of)
    names = list(arrays)
    if order is not None:
        random.Random(order).shuffle(names)
    fields = [pa.field(n, arrays[n].type, nullable=n not in required, metadata=metadata) for n in names]
    return pa.table([arrays[n] for n in names], schema=pa.schema(fields, metadata=metadata))


def pyarrow(path, options, **order):
    sorting = options.pop("sorting_columns", None)
    if sorting is not None:
        options["sorting_columns"] = [pq.SortingColumn(i) for i in sorting]
    pq.write_table(arrow_table(**order), path, **options)


def encrypted(path, seed, rows, dimensions, columns, plaintext_footer, uniform):
    import pyarrow.parquet.encryption as pe

    class Keys(pe.KmsClient):
        def __init__(self, config):
            super().__init__()

        def wrap_key(self, key_bytes, master_key_identifier):
            return base64.b64encode(key_bytes).decode()

        def unwrap_key(self, wrapped_key, master_key_identifier):
            return base64.b64decode(wrapped_key)

    names = ["embedding.list.element" if name == "embedding" else name for name in columns]
    keys = {"uniform_encryption": True} if uniform or not names else {"column_keys": {"column": names}}
    config = pe.EncryptionConfiguration(footer_key="footer", plaintext_footer=plaintext_footer, **keys)
    properties = pe.CryptoFactory(Keys).file_encryption_properties(pe.KmsConnectionConfig(), config)
    pq.write_table(arrow_table(seed, rows, dimensions), path, encryption_properties=properties)


def as_sql(path, sql, setup, table):
    import duckdb

    with duckdb.connect() as connection:
        for statement in setup:
            connection.execute(statement)
        connection.register("shard", table)
        connection.execute(sql.replace("$path", path))


def duckdb(path, select, options, setup=(), **order):
    as_sql(path, f"COPY (SELECT {select} FROM shard) TO '$path' (FORMAT parquet{options})", setup, arrow_table(**order))


def polars(path, casts, options, extra=(), **order):
    import polars as pl

    frame = pl.DataFrame(arrow_table(**order))
    frame = frame.with_columns([eval_cast(pl, name, to) for name, to in casts.items()])
    for n, name in enumerate(extra):
        frame = frame.with_columns(POLARS_EXTRA[name](pl, frame.height).alias(f"x{n}_{name}"))
    frame.write_parquet(path, **options)


def eval_cast(pl, name, to):
    column = pl.col(name)
    match to:
        case "list_float32":
            return column.cast(pl.List(pl.Float32))
        case "list_float64":
            return column.cast(pl.List(pl.Float64))
        case "list_int32":
            return column.cast(pl.List(pl.Int32), strict=False)
        case "array_float32":
            return column.list.to_array(pl.select(pl.lit(1)).item()) if False else column.cast(pl.List(pl.Float32))
        case "categorical":
            return column.cast(pl.Categorical)
        case "decimal":
            return column.cast(pl.Decimal(30, 0))
        case "time":
            return column.cast(pl.Time)
        case "datetime_us":
            return column.cast(pl.Datetime("us"))
        case "datetime_ns":
            return column.cast(pl.Datetime("ns", "UTC"))
        case "duration":
            return column.cast(pl.Duration("ms"))
        case "object_text":
            return column.cast(pl.String)
    return column.cast(getattr(pl, to))


POLARS_EXTRA = {
    "int128": lambda pl, n: pl.Series([10**20] * n, dtype=pl.Int128),
    "enum": lambda pl, n: pl.Series(["a"] * n, dtype=pl.Enum(["a", "b"])),
    "categorical": lambda pl, n: pl.Series(["a"] * n, dtype=pl.Categorical),
    "struct": lambda pl, n: pl.Series([{"a": 1, "b": [1.5]}] * n),
    "array": lambda pl, n: pl.Series([[1, 2]] * n, dtype=pl.Array(pl.Int8, 2)),
    "array2": lambda pl, n: pl.Series([[[1.0, 2.0]]] * n, dtype=pl.Array(pl.Array(pl.Float32, 2), 1)),
    "null": lambda pl, n: pl.Series([None] * n, dtype=pl.Null),
    "time": lambda pl, n: pl.Series([5] * n, dtype=pl.Int64).cast(pl.Time),
    "duration": lambda pl, n: pl.Series([5] * n, dtype=pl.Int64).cast(pl.Duration("us")),
    "date": lambda pl, n: pl.Series([5] * n, dtype=pl.Int32).cast(pl.Date),
    "datetime": lambda pl, n: pl.Series([5] * n, dtype=pl.Int64).cast(pl.Datetime("ns", "Europe/Zurich")),
    "binary": lambda pl, n: pl.Series([b"xyz"] * n),
    "decimal": lambda pl, n: pl.Series(["1.25"] * n).cast(pl.Decimal(38, 2)),
    "list_list": lambda pl, n: pl.Series([[[1], [], None]] * n),
    "empty_lists": lambda pl, n: pl.Series([[]] * n, dtype=pl.List(pl.String)),
    "float16": lambda pl, n: pl.Series([0.5] * n, dtype=pl.Float32).cast(pl.Float16),
}


def fastparquet(path, options, text=(), drop=(), index=False, **order):
    import fastparquet as fp

    columns = model(order["seed"], order["rows"], order["dimensions"])
    import pandas as pd

    frame = pd.DataFrame({name: values for name, values in columns.items() if name not in drop})
    for name in text:
        frame[name] = frame[name].astype(object)
    for name, to in order.get("casts", {}).items():
        frame[name] = frame[name].astype(to)
    if index:
        frame.index = pd.RangeIndex(5, 5 + len(frame), name="n")
    fp.write(path, frame, **options)


def arrow_schemas(path):
    """ARROW:schema values: that of a shard, and shards in which one column has another type, or columns are added, removed or moved."""
    base = cache._arrow_schema(pa)
    found = {"own": base, "reversed": pa.schema(list(base)[::-1]), "one less": pa.schema(list(base)[:-1]),
             "one more": base.append(pa.field("note", pa.string())), "one more in front": base.insert(0, pa.field("note", pa.int32())),
             "renamed": base.set(1, base.field(1).with_name("other")), "twice": base.append(base.field(0)), "empty": pa.schema([]),
             "metadata": base.with_metadata({b"k": b"\xff\xfe", b"pandas": b"{}"}),
             "pandas": base.with_metadata({b"pandas": json.dumps({"index_columns": ["start_bp"], "columns": [], "column_indexes": []}).encode()}),
             "pandas broken": base.with_metadata({b"pandas": b"{not json"})}
    others = [*(kind_of for kind_of, _ in TYPES.values()), pa.large_list(pa.float16()), pa.list_(pa.float32()), pa.list_(pa.float64()),
              pa.list_view(pa.float16()), pa.large_list_view(pa.float16()), pa.list_(pa.int16()), pa.list_(pa.field("element", pa.float16())),
              pa.list_(pa.field("item", pa.float16(), nullable=False)), pa.list_(pa.float16(), 2), pa.list_(pa.float16(), 4),
              pa.dictionary(pa.int16(), pa.large_string()), pa.dictionary(pa.int32(), pa.binary(32)), pa.binary(32), pa.binary(31),
              pa.timestamp("ms", tz="+01:00"), pa.run_end_encoded(pa.int32(), pa.string()), pa.month_day_nano_interval(), pa.decimal128(19, 0),
              pa.struct([("list", pa.list_(pa.struct([("element", pa.float16())])))]), pa.dictionary(pa.int32(), pa.list_(pa.float16()))]
    for name in base.names:
        at = base.get_field_index(name)
        for other in others:
            found[f"{name} as {other}"] = base.set(at, pa.field(name, other))
        found[f"{name} not null"] = base.set(at, base.field(at).with_nullable(False))
        found[f"{name} with metadata"] = base.set(at, base.field(at).with_metadata({b"PARQUET:field_id": b"x"}))
        found[f"{name} as unknown extension"] = base.set(at, base.field(at).with_metadata(
            {b"ARROW:extension:name": b"unknown.extension", b"ARROW:extension:metadata": b"\x00"}))
        for extension in (b"arrow.uuid", b"arrow.json", b"arrow.bool8", b"arrow.opaque", b"arrow.fixed_shape_tensor", b"arrow.parquet.variant"):
            found[f"{name} as {extension.decode()}"] = base.set(at, base.field(at).with_metadata(
                {b"ARROW:extension:name": extension, b"ARROW:extension:metadata": b""}))
    out = []
    for name, schema in found.items():
        try:
            out.append([name, base64.b64encode(schema.serialize()).decode()])
        except Exception:
            continue
    return out


def types(path):
    return {"extra": list(TYPES), "columns": BY_COLUMN, "kinds": KINDS, "polars": list(POLARS_EXTRA)}


OPERATIONS = {f.__name__: f for f in (geno, pyarrow, encrypted, duckdb, polars, fastparquet, arrow_schemas, types)}

for line in sys.stdin:
    order = json.loads(line)
    try:
        answer = {"done": OPERATIONS[order.pop("op")](**order)}
    except Exception as error:
        answer = {"failed": f"{type(error).__name__}: {error}"[:300]}
    print(json.dumps(answer), flush=True)
