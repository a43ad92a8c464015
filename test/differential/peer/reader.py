"""The rows that geno_lewm itself reads: one path per line on stdin, one answer per line on stdout, in order.

A question is {"path": ..., "detail": bool}. An answer is {"refused": [type, message]} or {"rows": count, "digest": hex, "each": [hex...]}
with "detail": [[field, ...], ...] when asked for. The digest covers every field of every row, as `rowDigest.ts` spells them.
"""

import hashlib
import json
import resource
import struct
import sys
from pathlib import Path

from geno_lewm.encoder import cache

# A file may claim any size. Beyond this, memory is refused, as it would be on a small machine.
LIMIT = 12 << 30
resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

NAN = struct.pack("<d", float("nan"))


def text(value):
    # A lone surrogate has no UTF-8 form. pyarrow refuses such texts earlier.
    return str(value).encode("utf-8", "surrogatepass")


def fields_of(r):
    values = b"".join(struct.pack("<d", v) if v == v else NAN for v in map(float, r.embedding))
    return [text(r.chrom), text(r.start_bp), text(r.end_bp), r.window_hash, r.encoder_hash, text(r.state_layer), text(r.pool_type),
            text(r.pool_radius), text(r.dtype), values, b"1" if r.untargeted else b"0", text(r.created_at), text(r.schema_version)]


def digest_of(fields):
    joined = b"".join(b"%d:%s" % (len(field), field) for field in fields)
    return hashlib.sha256(joined).hexdigest()


def read(path, detail):
    try:
        records = cache._read_records_from_shard(Path(path))
    except Exception as error:
        cause = error.__cause__
        details = getattr(error, "details", None) or ""
        why = f"{type(cause).__name__}: {cause}" if cause is not None else f"{error} {details}".strip()
        return {"refused": [type(error).__name__, why[:300]]}
    rows = [fields_of(record) for record in records]
    each = [digest_of(fields) for fields in rows]
    answer = {"rows": len(rows), "digest": hashlib.sha256("".join(each).encode()).hexdigest(), "each": [d[:12] for d in each[:64]]}
    if detail:
        answer["detail"] = [[field.decode("latin-1") for field in fields] for fields in rows[:64]]
    return answer


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(read(question["path"], question.get("detail", False))), flush=True)
