"""The Python side of the benchmark: GenoLeWM itself, and pyarrow or DuckDB alone if that is the fairer comparison.

Reads one JSON request per line and answers with one line. Times are in seconds. The first run of a request is a warm-up that is not
counted, as on the other side, except for operations that take the package many seconds.
"""

import json
import os
import platform
import sqlite3
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow.parquet as pq
from geno_lewm.encoder import cache

KEY_COLUMNS = ["window_hash", "encoder_hash", "state_layer", "pool_type", "pool_radius", "dtype", "created_at"]


def timed(runs, work, warm_up=True):
    seconds = []
    result = None
    for run in range(0 if warm_up else 1, runs + 1):
        started = time.perf_counter()
        result = work(run)
        if run > 0:
            seconds.append(time.perf_counter() - started)
    return seconds, result


def shards_of(root):
    return sorted((Path(root) / "embeddings").rglob("*.parquet"))


def versions(_request):
    found = {}
    for name in ("geno-lewm", "pyarrow", "numpy", "duckdb"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return {"python": platform.python_version(), **found}


def keys_of(request):
    return [
        cache.WindowCacheKey(**{**key, "window_hash": bytes.fromhex(key["window_hash"]), "encoder_hash": bytes.fromhex(key["encoder_hash"])})
        for key in request["keys"]
    ]


def read_embedding(request):
    keys = keys_of(request)
    seconds, result = timed(len(keys) - 1, lambda run: cache.read_embedding(request["cache"], keys[run]), warm_up=len(keys) > 2)
    return {"seconds": seconds, "result": len(result or ())}


def look_up_with_pyarrow(request):
    """An efficient lookup in Python: the index, then one column of one shard."""
    keys = keys_of(request)
    root = Path(request["cache"])
    connection = sqlite3.connect(root / "embeddings" / "index.sqlite")
    statement = (
        "SELECT shard_path, row_offset FROM window_index WHERE window_hash = ? AND encoder_hash = ? AND state_layer = ?"
        " AND pool_type = ? AND pool_radius = ? AND dtype = ?"
    )

    def look_up(key):
        parameters = (key.window_hash.hex(), key.encoder_hash.hex(), key.state_layer, key.pool_type, key.pool_radius, key.dtype)
        shard, row = connection.execute(statement, parameters).fetchone()
        return pq.read_table(root / shard, columns=["embedding"])["embedding"][row].values.to_numpy()

    seconds, result = timed(len(keys) - 1, lambda run: look_up(keys[run]))
    connection.close()
    return {"seconds": seconds, "result": len(result)}


def sum_with_duckdb(request):
    """Reads and sums every value, the minimum work for a query engine that reads them all."""
    import duckdb

    shards = [str(shard) for shard in shards_of(request["cache"])]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(request['threads'])}")
    query = "SELECT sum(value) FROM (SELECT unnest(embedding) AS value FROM read_parquet(?))"
    seconds, _ = timed(request["runs"], lambda _run: connection.execute(query, [shards]).fetchone()[0])
    counted = "SELECT sum(len(embedding)) FROM read_parquet(?)"
    result = int(connection.execute(counted, [shards]).fetchone()[0])
    connection.close()
    return {"seconds": seconds, "result": result}


def read_table(request):
    shards = shards_of(request["cache"])
    seconds, result = timed(request["runs"], lambda _run: sum(pq.read_table(shard).num_rows for shard in shards))
    return {"seconds": seconds, "result": result}


def repair_cache(request):
    seconds, report = timed(request["runs"], lambda _run: cache.repair_cache(request["cache"]), warm_up=False)
    return {"seconds": seconds, "result": report.reindex.indexed_rows - len(report.quarantined)}


def reindex_cache(request):
    seconds, report = timed(request["runs"], lambda _run: cache.reindex_cache(request["cache"]), warm_up=False)
    return {"seconds": seconds, "result": report.indexed_rows}


def reindex_keys_only(request):
    """An efficient reindex in Python: no embeddings, no objects, one transaction, and a new file renamed over the old one."""
    seconds, result = timed(request["runs"], lambda _run: _reindex_keys_only(Path(request["cache"])))
    return {"seconds": seconds, "result": result}


def _reindex_keys_only(root):
    index = root / "embeddings" / "index.sqlite"
    temp = index.with_name(".bench-index")
    connection = sqlite3.connect(temp)
    cache._ensure_index_schema(connection)
    rows = 0
    for shard in shards_of(root):
        columns = pq.read_table(shard, columns=KEY_COLUMNS).to_pydict()
        path = shard.relative_to(root).as_posix()
        entries = [
            (window.hex(), encoder.hex(), layer, pool, radius, dtype, path, offset, created)
            for offset, (window, encoder, layer, pool, radius, dtype, created) in enumerate(zip(*columns.values(), strict=True))
        ]
        connection.executemany("INSERT INTO window_index VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
        rows += len(entries)
    connection.commit()
    connection.close()
    os.replace(temp, index)
    return rows


def write_shard(request):
    """Writes the rows of a shard as GenoLeWM would, into a new cache each time."""
    records = cache._read_records_from_shard(shards_of(request["cache"])[0])
    arguments = {"encoder_id": request["encoder_id"], "contig": request["contig"], "stride_block": 0, "records": records}
    seconds, path = timed(request["runs"], lambda run: cache.write_shard(Path(request["folder"]) / str(run), **arguments))
    return {"seconds": seconds, "result": path.stat().st_size}


def write_cache(request):
    """The whole cache again, written by GenoLeWM."""
    for block, shard in enumerate(shards_of(request["cache"])):
        records = cache._read_records_from_shard(shard)
        cache.write_shard(
            request["folder"], encoder_id=request["encoder_id"], contig=request["contig"], stride_block=block, records=records
        )
    return {"seconds": [], "result": len(shards_of(request["folder"]))}


def peak_memory(_request):
    """Bytes. ru_maxrss would include the memory that the parent process had when it started this one."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        return {"seconds": [], "result": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return {"seconds": [], "result": int(line.split()[1]) * 1024}


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        versions,
        read_embedding,
        look_up_with_pyarrow,
        sum_with_duckdb,
        read_table,
        repair_cache,
        reindex_cache,
        reindex_keys_only,
        write_shard,
        write_cache,
        peak_memory,
    )
}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(OPERATIONS[request["operation"]](request)), flush=True)
