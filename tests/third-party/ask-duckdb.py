"""Asks DuckDB the same question again and again, on two threads; prints as JSON how long each time took.

Arguments: the store's folder, the question, how often. Each table is the Parquet files that its log names.
"""

import json
import pathlib
import sys
import time

import duckdb
from deltalake import DeltaTable

store, sql, times = sys.argv[1:]
connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute("SET autoinstall_known_extensions = false")
for path in sorted(pathlib.Path(store).glob("tables/*")):
    files = DeltaTable(str(path)).file_uris()
    if files:
        names = ", ".join("'" + name.removeprefix("file://") + "'" for name in files)
        connection.execute(f"CREATE VIEW {path.name} AS SELECT * FROM read_parquet([{names}])")
# Instants that Python is given need a package of time zones.
sql = f"SELECT * REPLACE (epoch_us(hour) AS hour) FROM ({sql})"
seconds = []
for _ in range(int(times)):
    start = time.perf_counter()
    rows = len(connection.execute(sql).fetchall())
    seconds.append(time.perf_counter() - start)
json.dump({"version": duckdb.__version__, "rows": rows, "seconds": seconds}, sys.stdout)
