"""Reads the tables of a store that saved answers fill, with DuckDB and with polars; prints as JSON what each finds.

Argument: the store's folder. For each reader and table: how many rows and how many keys there are,
and of the latest revision of each key, how many values and what sum each column of numbers has.
"""

import json
import pathlib
import sys

import duckdb
import duckdb_extension_delta
import polars as pl

# The key of each table, and whether a key's latest row counts, or the latest value of each column.
JOIN = ["account", "meeting_uuid", "user_id"]
TABLES = {
    "meetings": (["account", "meeting_uuid"], "values"),
    "participants": (JOIN, "values"),
    "zoom_raw": ([*JOIN, "origin", "kind", "part"], "row"),
    "device_samples": ([*JOIN, "ts", "origin"], "values"),
    "stream_samples": ([*JOIN, "stream", "ts", "origin"], "row"),
}


def connect():
    connection = duckdb.connect()
    # The file that the package brings is the only extension: nothing is downloaded.
    connection.execute("SET autoinstall_known_extensions = false")
    package = pathlib.Path(duckdb_extension_delta.__file__).parent
    (extension,) = package.glob("extensions/*/delta.duckdb_extension")
    connection.execute(f"LOAD '{extension}'")
    return connection


def by_duckdb(connection, path, key, latest, numbers):
    table, key = f"delta_scan('{path}')", ", ".join(key)
    if latest == "row":
        place = f"row_number() OVER (PARTITION BY {key} ORDER BY revision DESC)"
        counting = f"SELECT * FROM {table} QUALIFY {place} = 1"
    else:
        # `arg_max` passes over missing values.
        values = "".join(f", arg_max({name}, revision) AS {name}" for name in numbers)
        counting = f"SELECT {key}{values} FROM {table} GROUP BY {key}"
    figures = "".join(f", count({name}), sum({name})" for name in numbers)
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    keys, *figures = connection.execute(f"SELECT count(*){figures} FROM ({counting})").fetchone()
    return summary(rows, keys, numbers, figures)


def by_polars(frame, key, latest, numbers):
    groups = frame.sort("revision").group_by(key)
    columns = [pl.col(name) for name in numbers]
    if latest == "values":
        columns = [column.drop_nulls() for column in columns]
    counting = groups.agg(column.last() for column in columns)
    figures = []
    for name in numbers:
        values = counting[name].drop_nulls()
        figures += [len(values), values.sum()]
    return summary(frame.height, counting.height, numbers, figures)


def summary(rows, keys, numbers, figures):
    figures = zip(numbers, figures[::2], figures[1::2])
    return {
        "rows": rows,
        "keys": keys,
        "numbers": {name: {"count": count, "sum": total or 0} for name, count, total in figures},
    }


(store,) = map(pathlib.Path, sys.argv[1:])
connection = connect()
found = {"duckdb": {}, "polars": {}}
for path in sorted(store / "tables" / name for name in TABLES):
    key, latest = TABLES[path.name]
    frame = pl.read_delta(str(path))
    numbers = [
        name
        for name, kind in frame.schema.items()
        if kind.is_numeric() and name not in (*key, "revision")
    ]
    found["duckdb"][path.name] = by_duckdb(connection, path, key, latest, numbers)
    found["polars"][path.name] = by_polars(frame, key, latest, numbers)
json.dump(found, sys.stdout)
