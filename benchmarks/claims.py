"""Time of a claim beside a long backlog and much finished work, and which indexes its plan uses.

    .venv/bin/python benchmarks/claims.py [--tenants 300] [--pending 50000] [--done 200000] [--claims 200]

A PostgreSQL of its own, with its usual settings (every commit reaches the disk), holds documents of one to twelve
pages. A third of the pending pages belong to one tenant, the others have equal shares; a fifth of all is put off for
later, as after trouble; 400 are leased. The rows are made by SQL, so that the tables are filled in seconds.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, text

from docai.domain.ids import WorkerId
from docai.domain.work import Capability
from docai.stores.postgres.embedded import EmbeddedPostgres
from docai.stores.postgres.engine import make_engine
from docai.stores.postgres.queue import CLAIM, claim_values
from docai.stores.postgres.schema import upgrade
from docai.stores.postgres.unit_of_work import PostgresRecords

FILL = """
INSERT INTO tenant (id, name) SELECT gen_random_uuid(), 'tenant ' || n FROM generate_series(1, :tenants) n;
CREATE TEMP TABLE many AS
    SELECT (SELECT array_agg(id ORDER BY name) FROM tenant) AS tenants;
CREATE TEMP TABLE sizes AS SELECT n, 1 + n % 12 AS n_pages,
    gen_random_uuid() AS document_id, gen_random_uuid() AS job_id,
    CASE WHEN n % 3 = 0 THEN tenants[1] ELSE tenants[1 + (n * 7919 / 3) % :tenants] END AS tenant_id,
    n * 6.5 > :pending AS is_done
    FROM generate_series(1, ((:pending + :done) / 6.5)::int) n, many;
INSERT INTO document (tenant_id, id, name, sha256, media_type, n_bytes, status, security, created_at, updated_at)
    SELECT tenant_id, document_id, 'a.pdf', n::text, 'application/pdf', 1, 'processing', '{}', now(), now() FROM sizes;
INSERT INTO work_item (tenant_id, document_id, job_id, stage, page_number, capability, bucket, epoch, state, priority,
        run_at, finished_at, lease_owner, lease_until)
    SELECT tenant_id, document_id, job_id, CASE WHEN is_done THEN 'read' ELSE 'parse' END, page,
        CASE WHEN is_done THEN 'raster' ELSE 'parse' END, document_id::text, 1,
        CASE WHEN is_done THEN 'done' WHEN n <= 60 THEN 'leased' ELSE 'pending' END,
        (ARRAY[5, 5, 1, 9])[1 + n % 4], now() + make_interval(secs => CASE WHEN n % 5 = 0 THEN 3600 ELSE 0 END),
        CASE WHEN is_done THEN now() END, CASE WHEN NOT is_done AND n <= 60 THEN gen_random_uuid() END,
        CASE WHEN NOT is_done AND n <= 60 THEN now() + interval '1 hour' END
    FROM sizes, generate_series(1, n_pages) page;
"""


def fill(engine: Engine, *, tenants: int, pending: int, done: int) -> None:
    """Make the rows, and have the planner know them."""
    with engine.begin() as connection:
        for statement in FILL.split(";\n"):
            if statement.strip():
                values = {"tenants": tenants, "pending": pending, "done": done}
                used = {name: value for name, value in values.items() if f":{name}" in statement}
                connection.execute(text(statement), used)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def plan(engine: Engine) -> str:
    """What the database did for one claim, which is taken back."""
    with engine.connect() as connection:
        values = claim_values(Capability.PARSE, WorkerId(uuid4()), lease_s=30)
        explained = connection.execute(text(f"EXPLAIN (ANALYZE, BUFFERS) {CLAIM}"), values).scalars()
        return "\n".join(explained)


def claims_ms(engine: Engine, records: PostgresRecords, n: int) -> tuple[list[float], float]:
    """Milliseconds of claims, one after another, each with its commit; and of the server's processor time in the mean.

    The processor time is what other work on the machine does not change.
    """
    with engine.connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    on_processor = Path(f"/proc/{pid}/schedstat")
    owner, found, used = WorkerId(uuid4()), [], 0
    for n_claimed in range(-10, n):  # the first ones plan and fill caches
        before, begun = int(on_processor.read_text().split()[0]), time.perf_counter()
        leases = records.queue.claim(Capability.PARSE, owner, lease_s=30)
        assert leases
        if n_claimed >= 0:
            found.append((time.perf_counter() - begun) * 1000)
            used += int(on_processor.read_text().split()[0]) - before
    return sorted(found), used / n / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tenants", type=int, default=300)
    parser.add_argument("--pending", type=int, default=50_000)
    parser.add_argument("--done", type=int, default=200_000)
    parser.add_argument("--claims", type=int, default=200)
    parser.add_argument("--plan", action="store_true", help="print the whole plan")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="docai-claims-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "postgres") as server:
            engine = make_engine(server.url, pool_size=1)
            upgrade(engine)
            records = PostgresRecords(engine)
            fill(engine, tenants=args.tenants, pending=args.pending, done=args.done)
            explained = plan(engine)
            if args.plan:
                print(explained)
            print("indexes:", ", ".join(sorted(set(re.findall(r"using (\w+)", explained)))))
            print("read whole:", ", ".join(sorted(set(re.findall(r"Seq Scan on (work_item\w*)", explained)))) or "none")
            print("execution:", *re.findall(r"Execution Time: (.*)", explained))
            found, used = claims_ms(engine, records, args.claims)
            print(
                f"claims: median {statistics.median(found):.1f} ms, 95 % within {found[int(len(found) * 0.95)]:.1f} ms"
            )
            print(f"processor time of the server: {used:.1f} ms a claim")
            records.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
