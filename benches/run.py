#!/usr/bin/env python3
"""Measures the program against plain SQL of the same work; benches/README.md says how."""

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import time

import folder
import sql
from raw import median, open_raw
from server import Server, Visitor, field

SMALL = 2 << 30


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="a registry made by haichieu generate")
    parser.add_argument("--password", required=True, help="the one that generate printed")
    parser.add_argument("--binary", default="target/release/haichieu")
    parser.add_argument("--only", help="one row: " + ", ".join(ROWS))
    parser.add_argument("--into", help="an empty registry for the row seed: an URL")
    parser.add_argument("--seconds", type=int, default=5, help="how long wrk asks")
    parser.add_argument("--times", type=int, default=30, help="how often one request is timed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMPDIR")) as place:
        bench = Bench(arguments, place)
        names = [arguments.only] if arguments.only else list(ROWS)
        print("| work | product | raw SQL | ratio | requests/s |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        try:
            for name in names:
                ROWS[name](bench)
        finally:
            bench.stop()


class Bench:
    def __init__(self, arguments, place):
        self.arguments, self.folder = arguments, place
        self.binary = arguments.binary
        self.database = self.own(arguments.database)
        self.raw = open_raw(self.database)
        code, top = self.raw.all(
            "SELECT unit.code, unit.id FROM unit JOIN unit_period ON unit_period.unit_id = unit.id"
            " WHERE unit_period.parent_id IS NULL")[0]
        self.top, self.top_id = code, self.raw.id(top)
        self.cell, self.ward = "phuong-1-1", "phuong-1"
        self.cell_id = self.id_of(self.cell)
        self.on = datetime.date.today()
        self._server, self._visitors = None, {}

    def own(self, url):
        """A copy of a small file, since some rows write; anything else is measured in place."""
        path = url.removeprefix("sqlite://").removeprefix("sqlite:")
        if url.startswith("postgres") or os.path.getsize(path) > SMALL:
            return url
        copy = os.path.join(self.folder, "bench.db")
        for ending in ["", "-wal", ".key"]:
            if os.path.exists(path + ending):
                shutil.copyfile(path + ending, copy + ending)
        return "sqlite://" + copy

    def id_of(self, code):
        return self.raw.id(self.raw.all(f"SELECT id FROM unit WHERE code = '{code}'")[0][0])

    @property
    def server(self):
        if self._server is None:
            self._server = Server(self.binary, self.database, "/tmp/bench-server.log")
        return self._server

    def visitor(self, login):
        if login not in self._visitors:
            server = self.server
            self._visitors[login] = Visitor(server, login, self.arguments.password)
        return self._visitors[login]

    def stop(self):
        if self._server:
            self._server.stop()
            self._server, self._visitors = None, {}

    def page(self, name, login, path, raw_sql):
        """A page against the query that it could have been made from."""
        visitor = self.visitor(login)
        took = visitor.time(path, self.arguments.times)
        rate = visitor.load(path, self.arguments.seconds)
        raw = self.raw.time(raw_sql, self.arguments.times)
        say(name, ms(took), ms(raw), took / raw, rate)
        # An address that nobody has asked for: the page is made for it.
        mark = "&" if "?" in path else "?"
        anew = median([visitor.once(f"{path}{mark}times={number}") for number in range(9)][2:])
        say("… made anew", ms(anew), ms(raw), anew / raw)

    def run(self, *words):
        """Runs a command: milliseconds to its first byte, to its end, its peak MiB, its bytes."""
        start = time.perf_counter()
        process = subprocess.Popen(
            [self.binary, "--database", self.database, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first, size = None, 0
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            first = first or (time.perf_counter() - start) * 1000
            size += len(piece)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{words}: {said.decode()}")
        return first, (time.perf_counter() - start) * 1000, usage.ru_maxrss / 1024, size

    def said(self, *words):
        """The log of a command, with every statement that it runs."""
        loud = {**os.environ, "HAICHIEU_LOG": "sqlx::query=debug", "NO_COLOR": "1"}
        done = subprocess.run([self.binary, "--database", self.database, *words], env=loud,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
        return done.stderr.decode()


def ms(number):
    return f"{number:.2f} ms" if number < 100 else f"{number:.0f} ms"


def say(name, product, raw="", ratio=None, rate=None):
    ratio = "" if ratio is None else f"{ratio:.2f}"
    rate = "" if rate is None else f"{rate:.0f}"
    print(f"| {name} | {product} | {raw} | {ratio} | {rate} |", flush=True)


def start(bench):
    size = os.path.getsize(bench.binary) / (1 << 20)
    say("binary", f"{size:.1f} MiB")
    took = []
    for _ in range(5):
        took.append(bench.server.started_in)
        bench.stop()
    say("start to first page", ms(median(took)))
    _ = bench.server
    time.sleep(2)
    say("memory idle", f"{bench.server.memory()[0]:.1f} MiB")


def sign_in(bench):
    _ = bench.server
    took = [Visitor(bench.server, "canbo.phuong", bench.arguments.password).signed_in_in
            for _ in range(5)]
    say("sign-in", ms(median(took)))


def statistics(bench):
    for what, login, code in [("top", "tochuc", bench.top), ("ward", "canbo.phuong", bench.ward)]:
        ancestor = bench.id_of(code)
        bench.page(f"statistics of {code}", login, f"/units/{code}",
                   sql.statistics(ancestor, bench.on))


def members(bench):
    bench.page("member list of a cell of 207", "bithu.chibo",
               f"/units/{bench.cell}/members", sql.members(bench.cell_id, bench.on))


def search(bench):
    for words in ["thi hoa", "nguyen thi mai"]:
        query = words.replace(" ", "+")
        bench.page(f"search for “{words}” in {bench.top}", "tochuc",
                   f"/units/{bench.top}/members?q={query}",
                   sql.search(bench.top_id, bench.on, words))


def roll_call(bench):
    marks, took = call_roll(bench)
    raw = bench.raw.write(sql.roll(bench.raw, bench.cell_id), 15)
    say(f"roll call of {marks} in one post", ms(took), ms(raw), took / raw)


def call_roll(bench):
    """How many are on the roll of a meeting of today, and the milliseconds of the median post."""
    visitor, today = bench.visitor("bithu.chibo"), bench.on.strftime("%d/%m/%Y")
    took = []
    for _ in range(7):
        form = visitor.get(f"/units/{bench.cell}/meetings/new")
        fields = {"id": field(form, "id"), "kind": "extraordinary", "held_on": today,
                  "starts_at": "19:30", "place": "Nhà văn hóa", "topic": "Đo"}
        answer, _ = visitor.post(f"/units/{bench.cell}/meetings", fields)
        if answer.status != 303:
            raise SystemExit(f"no meeting: {answer.status}")
        at = "/meetings/" + field(form, "id")
        page = visitor.get(at + "/roll-call")
        was = field(page, "was")
        marks = {f"m{number}": "p" if number % 9 else "e" for number in range(1, len(was) + 1)}
        post = {"roll": field(page, "roll"), "was": was, "action": "save", **marks}
        start = time.perf_counter()
        answer, body = visitor.post(at + "/roll-call", post)
        took.append((time.perf_counter() - start) * 1000)
        if answer.status != 303:
            raise SystemExit(f"the roll was not saved: {answer.status}\n{body.decode()[:2000]}")
    return len(was), median(took)


def export(bench):
    year = bench.on.year - 1
    code = bench.top if bench.top == "thanh-pho" else bench.ward
    command = ["export", "evaluations", "--unit", code, "--year", str(year)]
    same, raw_size = bench.raw.csv(sql.year_file(bench.raw, bench.said(*command), code, year))
    raw, _ = bench.raw.csv(sql.evaluations(bench.id_of(code), year))
    runs = [bench.run(*command) for _ in range(5)]
    total = median([it[1] for it in runs])
    say(f"CSV of the year's comments of {code}, by the shell", ms(total), ms(same), total / same)
    say("… against a shorter query", "", ms(raw), total / raw)
    say("… first byte, from the start of the program", ms(median([it[0] for it in runs])))
    say("… peak memory, bytes", f"{max(it[2] for it in runs):.1f} MiB",
        f"{runs[0][3]} / {raw_size}")
    first, whole = file_of_ward(bench, year)
    raw, _ = bench.raw.csv(sql.evaluations(bench.id_of(bench.ward), year))
    say(f"CSV of {bench.ward} by the page", ms(whole), ms(raw), whole / raw)
    say("… first byte of the answer", ms(first))


def file_of_ward(bench, year):
    """The year's comments of a ward by the page: milliseconds to the first byte, and to the end."""
    visitor, first, whole = bench.visitor("canbo.phuong"), [], []
    for _ in range(5):
        ask = visitor.get(f"/units/{bench.ward}/exports?what=evaluations&year={year}")
        fields = {"id": field(ask, "id"), "what": "evaluations", "query": field(ask, "query"),
                  "purpose": "đo thời gian", "format": "csv"}
        start = time.perf_counter()
        answer, body = visitor.post(f"/units/{bench.ward}/exports", fields)
        if answer.status != 200:
            raise SystemExit(f"no file: {answer.status}\n{body.decode()[:2000]}")
        first.append((visitor.first_byte - start) * 1000)
        whole.append((time.perf_counter() - start) * 1000)
    return median(first), median(whole)


def bring(bench):
    """Into a registry of its own, so that the one measured stays as it is."""
    if bench.raw.engine != "sqlite":
        return
    place = os.path.join(bench.folder, "import.db")
    people = sql.people(bench.raw, 9_500)
    file = os.path.join(bench.folder, "list.csv")
    with open(file, "w", encoding="utf-8") as out:
        out.write("TT;Họ và tên;Ngày sinh;Nơi công tác;Ngày vào Đảng;Số thẻ\n")
        for number, (name, born, work, admitted, card) in enumerate(people, 1):
            out.write(f"{number};{name};{born};{work};{admitted};{card}\n")
    took, peak = [], 0
    for _ in range(3):
        for ending in ["", "-wal", "-shm", ".lock"]:
            if os.path.exists(place + ending):
                os.remove(place + ending)
        database, bench.database = bench.database, "sqlite://" + place
        bench.run("generate", "--members", "300", "--seed", "7")
        shutil.copy(place, place + ".before")
        _, total, memory, _ = bench.run("import", "members", file, "--cell", "phuong-1-1",
                                        "--valid-only")
        bench.database = database
        took.append(total)
        peak = max(peak, memory)
    raw = open_raw("sqlite://" + place).write(sql.insert(people), 3)
    say("import of 9,500 people by the shell", ms(median(took)), ms(raw), median(took) / raw)
    say("… against all the rows that it writes", "", *against(place, median(took)))
    say("… peak memory", f"{peak:.1f} MiB")


def against(place, took):
    """Plain SQL that writes the rows of the file which were not there before; the ratio.

    Beside this process, whose memory the next program would be taken to have had.
    """
    script = ("import shutil, sys; from raw import open_raw, median; place, all_rows = sys.argv[1], []\n"
              "for _ in range(3):\n"
              "    shutil.copy(place + '.before', place + '.raw')\n"
              "    before = open_raw('sqlite://' + place + '.raw')\n"
              "    rows = before.more_of(place)\n"
              "    all_rows.append(before.write(lambda _: rows, 1))\n"
              "print(median(all_rows))")
    done = subprocess.run([sys.executable, "-c", script, place], stdout=subprocess.PIPE, check=True,
                          cwd=os.path.dirname(os.path.abspath(__file__)))
    raw = float(done.stdout)
    return ms(raw), took / raw


def seed(bench):
    """The people of the registry, from a folder of files into an empty one."""
    if bench.raw.engine != "sqlite":
        return
    files = os.path.join(bench.folder, "files")
    os.mkdir(files)
    people = folder.write(bench.raw.db, files)
    database, bench.database = bench.database, bench.arguments.into or "sqlite://" + os.path.join(
        bench.folder, "seed.db")
    _, total, memory, _ = bench.run("seed", files)
    bench.database = database
    say(f"seed of {people} people", f"{total / 1000:.1f} s")
    say("… peak memory", f"{memory:.1f} MiB")


def memory(bench):
    for login, path in [("tochuc", f"/units/{bench.top}"),
                        ("bithu.chibo", f"/units/{bench.cell}/members"),
                        ("tochuc", f"/units/{bench.top}/members?q=thi+hoa")]:
        bench.visitor(login).load(path, bench.arguments.seconds)
    now, most = bench.server.memory()
    say("memory after load, at most", f"{now:.1f} MiB, {most:.1f} MiB")


ROWS = {
    "start": start,
    "sign-in": sign_in,
    "statistics": statistics,
    "members": members,
    "search": search,
    "roll-call": roll_call,
    "export": export,
    "import": bring,
    "seed": seed,
    "memory": memory,
}

if __name__ == "__main__":
    sys.exit(main())
