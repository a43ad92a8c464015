"""GenoLeWM itself, over JSON lines: one request per line on stdin, one answer per line on stdout, in order.

A question is {"op": name, ...arguments}; an answer {"value": ...} or {"error": {"type", "code", "message"}}.
Hashes and raw bytes travel as hex, embeddings as hex of little-endian float64, 64-bit integers as decimal text.
"""

import hashlib
import json
import sqlite3
import struct
import sys
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from geno_lewm.encoder import cache

def floats(value):
    return struct.unpack(f"<{len(value) // 16}d", bytes.fromhex(value)) if isinstance(value, str) else tuple(value)


def hexed(embedding):
    """All NaNs have the same form, because their bits are not guaranteed."""
    return struct.pack(f"<{len(embedding)}d", *(v if v == v else np.nan for v in embedding)).hex()


def key_of(k):
    return cache.WindowCacheKey(
        window_hash=bytes.fromhex(k["window_hash"]), encoder_hash=bytes.fromhex(k["encoder_hash"]), state_layer=k["state_layer"],
        pool_type=k["pool_type"], pool_radius=k["pool_radius"], dtype=k["dtype"],
    )


def record_of(r):
    hashes = {name: bytes.fromhex(r[name]) for name in ("window_hash", "encoder_hash")}
    integers = {name: int(r[name]) for name in ("start_bp", "end_bp", "created_at")}
    return cache.WindowCacheRecord(**{**r, **hashes, **integers, "embedding": floats(r["embedding"])})


def row_of(r):
    return {
        "chrom": r.chrom, "start_bp": str(r.start_bp), "end_bp": str(r.end_bp), "window_hash": r.window_hash.hex(),
        "encoder_hash": r.encoder_hash.hex(), "state_layer": r.state_layer, "pool_type": r.pool_type, "pool_radius": r.pool_radius,
        "dtype": r.dtype, "embedding": hexed(r.embedding), "untargeted": r.untargeted, "created_at": str(r.created_at),
        "schema_version": r.schema_version,
    }


def shard_path_for(cache_dir, **options):
    return str(cache.shard_path_for(cache_dir, **options))


def write_shard(cache_dir, records, **options):
    return str(cache.write_shard(cache_dir, records=[record_of(r) for r in records], **options).relative_to(cache_dir))


def write_shards(cache_dir, shards):
    return [write_shard(cache_dir, **shard) for shard in shards]


@contextmanager
def each_shard_once():
    """The package reads a whole shard for each key. Within this block, it reads each shard once."""
    read = cache._read_records_from_shard
    cache._read_records_from_shard = lru_cache(maxsize=None)(read)
    try:
        yield
    finally:
        cache._read_records_from_shard = read


def read_embeddings(cache_dir, keys):
    with each_shard_once():
        found = [cache.read_embedding(cache_dir, key_of(k)) for k in keys]
    return [None if each is None else hexed(each) for each in found]


def read_while(cache_dir, keys, flag):
    """Reads all keys repeatedly while a file exists, and each key at least once."""
    parsed = [key_of(k) for k in keys]
    seen = [set() for _ in keys]
    reads, at = 0, 0
    while Path(flag).exists() or reads < len(keys):
        try:
            found = cache.read_embedding(cache_dir, parsed[at])
            seen[at].add("a miss" if found is None else hexed(found))
        except Exception as error:
            seen[at].add(f"{type(error).__name__}: {error}")
        reads, at = reads + 1, (at + 1) % len(keys)
    return {"reads": reads, "seen": [sorted(each) for each in seen]}


def read_rows(path):
    return [row_of(r) for r in cache._read_records_from_shard(Path(path))]


def reindex_cache(cache_dir):
    report = cache.reindex_cache(cache_dir)
    return [report.indexed_shards, report.indexed_rows]


def run_sql(cache_dir, sql):
    with closing(sqlite3.connect(cache._index_path(Path(cache_dir)))) as conn:
        conn.executescript(sql)


def index(cache_dir):
    path = cache._index_path(Path(cache_dir))
    with closing(sqlite3.connect(path)) as conn:
        columns = "window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype, shard_path, row_offset, created_at"
        types = "SELECT DISTINCT " + ", ".join(f"typeof({c})" for c in columns.split(", ")) + " FROM window_index"
        return {
            "rows": [[str(v) for v in row] for row in conn.execute(f"SELECT {columns} FROM window_index ORDER BY {columns}")],
            "types": [list(row) for row in conn.execute(types)],
            "schema": [list(row) for row in conn.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")],
            "user_version": conn.execute("PRAGMA user_version").fetchone()[0],
            "journal_mode": conn.execute("PRAGMA journal_mode").fetchone()[0],
            "encoding": conn.execute("PRAGMA encoding").fetchone()[0],
            "integrity": conn.execute("PRAGMA integrity_check").fetchone()[0],
        }


def schema(path):
    arrow = pq.read_schema(path)
    file = pq.ParquetFile(path)
    columns = [file.schema.column(i) for i in range(len(file.schema))]
    return {
        "arrow": [[f.name, str(f.type), f.nullable] for f in arrow],
        "embedding": [arrow.field("embedding").type.value_field.name, arrow.field("embedding").type.value_field.nullable],
        "metadata": {k.decode(): v.hex() for k, v in (file.metadata.metadata or {}).items()},
        "parquet": [
            [c.path, c.physical_type, str(c.logical_type), c.converted_type, c.length, c.max_definition_level, c.max_repetition_level]
            for c in columns
        ],
    }


def same_schema(one, other):
    return pq.read_schema(one).equals(pq.read_schema(other), check_metadata=True)


def chunks(path):
    """Per row group and column: its location, encodings and compression."""
    metadata = pq.ParquetFile(path).metadata
    groups = [metadata.row_group(g) for g in range(metadata.num_row_groups)]
    return [{c.path_in_schema: chunk(c) for c in map(group.column, range(group.num_columns))} for group in groups]


def chunk(column):
    start = column.dictionary_page_offset if column.has_dictionary_page else column.data_page_offset
    return {"compression": column.compression, "encodings": sorted(column.encodings), "start": start,
            "end": start + column.total_compressed_size}


def read_checked(path):
    """The lengths of rows, and SHA-256 of all values as concatenated float64s. Page checksums are verified."""
    column = pq.ParquetFile(path, page_checksum_verification=True).read().column("embedding").combine_chunks()
    values = column.flatten().to_numpy(zero_copy_only=False).astype("<f8")
    digest = hashlib.sha256(np.where(np.isnan(values), np.nan, values).tobytes()).hexdigest()
    return {"values": digest, "lengths": np.unique(column.value_lengths()).tolist()}


def statistics(path):
    """Per row group and column, [min, max, nulls, values]: according to the file, and computed from the values by numpy."""
    file = pq.ParquetFile(path)
    said, computed = [], []
    for g in range(file.metadata.num_row_groups):
        table, group = file.read_row_group(g), file.metadata.row_group(g)
        said.append({})
        computed.append({})
        for i, name in enumerate(table.column_names):
            stats = group.column(i).statistics
            said[g][name] = [plain(name, stats.min), plain(name, stats.max), stats.null_count, stats.num_values]
            computed[g][name] = range_of(name, table.column(name))
    return {"said": said, "computed": computed}


def plain(name, value):
    if name == "embedding" and value is not None:
        return hexed([float(np.frombuffer(value, dtype="<f2")[0])])
    return value.hex() if isinstance(value, bytes) else None if value is None else str(value)


def range_of(name, column):
    if name == "embedding":
        flat = column.combine_chunks().flatten()
        values = flat.to_numpy(zero_copy_only=False).astype(np.float64)
        kept = values[~np.isnan(values)]
        if len(kept) == 0:
            return [None, None, flat.null_count, len(values)]
        low, high = np.min(kept), np.max(kept)
        # Parquet requires both signed zeros in the range: -0.0 as the minimum and +0.0 as the maximum.
        return [hexed([-0.0 if low == 0 else low]), hexed([0.0 if high == 0 else high]), flat.null_count, len(values)]
    if pa.types.is_integer(column.type):
        array = column.to_numpy()
        return [str(np.min(array)), str(np.max(array)), column.null_count, len(array)]
    values = column.unique().to_pylist()
    if pa.types.is_string(column.type):
        low, high = (each.decode() for each in (min(v.encode() for v in values), max(v.encode() for v in values)))
    else:
        low, high = min(values), max(values)
    return [plain(name, low), plain(name, high), column.null_count, len(column)]


def to_float16(values):
    """Hex of float64s in, hex of float16 bits out, both little-endian."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.frombuffer(bytes.fromhex(values), dtype="<f8").astype("<f2").tobytes().hex()


OPERATIONS = {
    f.__name__: f
    for f in (shard_path_for, write_shard, write_shards, read_embeddings, read_while, read_rows, reindex_cache, run_sql,
              index, schema, same_schema, chunks, read_checked, statistics, to_float16)
}

for line in sys.stdin:
    question = json.loads(line)
    operation = OPERATIONS[question.pop("op")]
    try:
        answer = {"value": operation(**question)}
    except Exception as error:
        answer = {"error": {"type": type(error).__name__, "code": getattr(error, "code", None), "message": str(error)}}
    print(json.dumps(answer), flush=True)
