"""The same work in plain SQL, timed: by Python's sqlite3 module, or by psql's \\timing."""

import os
import re
import sqlite3
import subprocess
import time


def median(values):
    values = sorted(values)
    return values[len(values) // 2]


class Sqlite:
    """A second connection to the file that the server has open."""

    engine = "sqlite"

    def __init__(self, path):
        self.path = path
        self.db = sqlite3.connect(path, timeout=30, isolation_level=None)
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA foreign_keys = ON")
        self.db.execute("PRAGMA cache_size = -16384")

    def all(self, sql):
        return self.db.execute(sql).fetchall()

    def time(self, sql, times):
        """Milliseconds of the median run, every row fetched; the first run warms the cache."""
        self.all(sql)
        return median([self.once(lambda: self.all(sql)) for _ in range(times)])

    def write(self, statements, times):
        """Milliseconds of the median transaction, synced to the disk.

        `statements` makes the pairs of SQL and rows of one transaction.
        """

        def run(pairs):
            self.db.execute("BEGIN IMMEDIATE")
            for sql, rows in pairs:
                self.db.executemany(sql, rows)
            self.db.execute("COMMIT")

        made = [statements(number) for number in range(times)]
        return median([self.once(lambda pairs=pairs: run(pairs)) for pairs in made])

    def more_of(self, later):
        """What would write the rows that stand in the file `later` and not in this one."""
        self.db.execute("ATTACH ? AS later", [later])
        pairs = []
        for (table,) in self.all("SELECT name FROM main.sqlite_schema WHERE type = 'table'"):
            more = self.all(f"SELECT * FROM later.{table} EXCEPT SELECT * FROM main.{table}")
            if more:
                places = ", ".join("?" * len(more[0]))
                pairs.append((f"INSERT OR REPLACE INTO main.{table} VALUES ({places})", more))
        self.db.execute("DETACH later")
        # They refer to each other, in whichever order.
        self.db.execute("PRAGMA foreign_keys = OFF")
        return pairs

    def csv(self, sql, times=5):
        """Milliseconds that the sqlite3 program takes to write the rows as CSV, and its bytes."""
        took, size = [], 0
        for _ in range(times):
            start = time.perf_counter()
            done = subprocess.run(
                ["sqlite3", "-readonly", "-csv", "-header", self.path, sql],
                stdout=subprocess.PIPE, check=True)
            took.append((time.perf_counter() - start) * 1000)
            size = len(done.stdout)
        return median(took), size

    @staticmethod
    def once(work):
        start = time.perf_counter()
        work()
        return (time.perf_counter() - start) * 1000

    @staticmethod
    def id(value):
        return f"x'{value.hex()}'"


class Postgres:
    """psql, one session for each measurement."""

    engine = "postgres"

    def __init__(self, url):
        self.url = url

    def psql(self, script, *options):
        done = subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, self.url],
            input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode()

    def all(self, sql):
        text = self.psql(sql + ";", "-A", "-t", "-F", "\t")
        return [tuple(line.split("\t")) for line in text.splitlines()]

    def time(self, sql, times):
        script = "\\o /dev/null\n" + f"{sql};\n" + "\\timing on\n" + f"{sql};\n" * times
        return median(self.times(self.psql(script)))

    def write(self, statements, times):
        took = []
        for number in range(times):
            lines = ["BEGIN;"]
            for sql, rows in statements(number):
                for row in rows:
                    lines.append(self.filled(sql, row) + ";")
            lines.append("COMMIT;")
            # One message with all of them: psql waits for an answer to each line otherwise.
            body = " ".join(lines)
            took.append(sum(self.times(self.psql("\\timing on\n" + body.replace(";", "\\;")
                                                  .rstrip("\\;") + ";\n"))))
        return median(took)

    def csv(self, sql, times=5):
        took, size = [], 0
        copy = "COPY (" + sql + ") TO STDOUT WITH (FORMAT csv, HEADER);"
        for _ in range(times):
            start = time.perf_counter()
            text = self.psql(copy)
            took.append((time.perf_counter() - start) * 1000)
            size = len(text.encode())
        return median(took), size

    @staticmethod
    def times(text):
        return [float(it.replace(",", ".")) for it in re.findall(r"Time: ([0-9.,]+) ms", text)]

    @staticmethod
    def filled(sql, row):
        """The statement with its values in place of the question marks."""
        values = iter(row)

        def literal(_):
            value = next(values)
            if value is None:
                return "NULL"
            if isinstance(value, bytes):
                return f"'{value.hex()}'" if len(value) == 16 else f"'\\x{value.hex()}'"
            if isinstance(value, str):
                return "'" + value.replace("'", "''") + "'"
            return str(value)

        return re.sub(r"\?", literal, sql)

    @staticmethod
    def id(value):
        return f"'{value}'"


def open_raw(url):
    if url.startswith("postgres"):
        return Postgres(url)
    path = url.removeprefix("sqlite://").removeprefix("sqlite:")
    if not os.path.exists(path):
        raise SystemExit(f"there is no {path}: make one with haichieu generate")
    return Sqlite(path)
