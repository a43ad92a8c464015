"""The Python side of the benchmark: GenoLeWM itself, and pyarrow alone where that is the fairer comparison.

Reads one JSON request a line and answers with one line. Times are seconds. The first run of a request warms up and is not
counted, as on the other side.
"""

import json
import os
import platform
import sqlite3
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq
from geno_lewm.encoder import cache

KEY_COLUMNS = ["window_hash", "encoder_hash", "state_layer", "pool_type", "pool_radius", "dtype", "created_at"]


def timed(runs, work):
    seconds = []
    result = None
    for run in range(runs + 1):
        started = time.perf_counter()
        result = work(run)
        if run > 0:
            seconds.append(time.perf_counter() - started)
    return seconds, result


def shards_of(root):
    return sorted((Path(root) / "embeddings").rglob("*.parquet"))


def versions(_request):
    found = {name: version(name) for name in ("geno-lewm", "pyarrow", "numpy")}
    return {"python": platform.python_version(), **found}


def read_embedding(request):
    keys = [
        cache.WindowCacheKey(**{**key, "window_hash": bytes.fromhex(key["window_hash"]), "encoder_hash": bytes.fromhex(key["encoder_hash"])})
        for key in request["keys"]
    ]
    seconds, result = timed(len(keys) - 1, lambda run: cache.read_embedding(request["cache"], keys[run]))
    return {"seconds": seconds, "result": len(result or ())}


def read_table(request):
    shards = shards_of(request["cache"])
    seconds, result = timed(request["runs"], lambda _run: sum(pq.read_table(shard).num_rows for shard in shards))
    return {"seconds": seconds, "result": result}


def repair_cache(request):
    seconds, report = timed(request["runs"], lambda _run: cache.repair_cache(request["cache"]))
    return {"seconds": seconds, "result": report.reindex.indexed_rows - len(report.quarantined)}


def reindex_cache(request):
    seconds, report = timed(request["runs"], lambda _run: cache.reindex_cache(request["cache"]))
    return {"seconds": seconds, "result": report.indexed_rows}


def reindex_keys_only(request):
    """What a careful reindex in Python would be: no embeddings, no objects, one transaction, a new file renamed over the old one."""
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
    """Writes the rows of a shard as GenoLeWM would, each time into a new cache."""
    records = cache._read_records_from_shard(Path(request["shard"]))
    arguments = {"encoder_id": request["encoder_id"], "contig": request["contig"], "stride_block": 0, "records": records}
    seconds, path = timed(request["runs"], lambda run: cache.write_shard(Path(request["folder"]) / str(run), **arguments))
    return {"seconds": seconds, "result": path.stat().st_size}


def write_cache(request):
    """The whole cache once more, written by GenoLeWM."""
    for block, shard in enumerate(shards_of(request["cache"])):
        records = cache._read_records_from_shard(shard)
        cache.write_shard(
            request["folder"], encoder_id=request["encoder_id"], contig=request["contig"], stride_block=block, records=records
        )
    return {"seconds": [], "result": len(shards_of(request["folder"]))}


def peak_memory(_request):
    """Bytes. ru_maxrss would include whatever the parent process held when it started this one."""
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
