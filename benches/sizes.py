#!/usr/bin/env python3
"""The same pages of a small and of a large registry, side by side in one run.

A page is kept until something is written: `kept` asks for one page again and again, `anew` asks each time for another day,
or for other words; `of today, made anew` for the same one by an address that nobody has asked for."""

import argparse
import datetime
import os
import tempfile
import time

from raw import median
from run import Bench, call_roll, file_of_ward, ms

DAYS = [f"2025-11-{day:02}" for day in range(1, 8)]
NAMES = ["thi hoa", "van nam", "nguyen thi mai", "le hung", "tran thi lan", "minh duc", "pham van"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", required=True, help="a registry of generate --members 9500")
    parser.add_argument("--large", required=True, help="one of generate --members 2850000")
    parser.add_argument("--password", required=True, help="the one that generate printed")
    parser.add_argument("--binary", default="target/release/haichieu")
    parser.add_argument("--only", help="rows that begin so")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_TMPDIR")) as place:
        benches = []
        for name in ["small", "large"]:
            folder = os.path.join(place, name)
            os.mkdir(folder)
            own = argparse.Namespace(**vars(arguments), database=getattr(arguments, name))
            benches.append(Bench(own, folder))
        try:
            print("| work | small | large | ratio |")
            print("| --- | --- | --- | --- |", flush=True)
            for name, row in rows():
                if name.startswith(arguments.only or ""):
                    small, large = (row(bench) for bench in benches)
                    print(f"| {name} | {ms(small)} | {ms(large)} | {large / small:.2f} |", flush=True)
        finally:
            for bench in benches:
                bench.stop()


def rows():
    """The work of each row: a function of a bench that gives milliseconds."""
    last = datetime.date.today().year - 1
    places = [("cell", "bithu.chibo", lambda it: it.cell), ("ward", "canbo.phuong", lambda it: it.ward),
              ("top unit", "tochuc", lambda it: it.top)]
    yield "start to first page", start
    yield "sign-in", sign_in
    for name, login, unit in places:
        yield f"page of a {name}, of another day", anew(login, lambda it, unit=unit: [
            f"/units/{unit(it)}?on={day}" for day in DAYS])
        yield f"page of a {name}, kept", kept(login, lambda it, unit=unit: f"/units/{unit(it)}")
    yield "page of the top unit, of today, made anew", anew("tochuc", lambda it: [
        f"/units/{it.top}?times={number}" for number in range(7)])
    yield "tasks of the top unit, made anew", anew("tochuc", lambda it: [
        f"/units/{it.top}/tasks?times={number}" for number in range(7)])
    for name, login, unit in places:
        yield f"members of a {name}, anew", anew(login, lambda it, unit=unit: [
            f"/units/{unit(it)}/members?on={day}" for day in DAYS])
    yield "a name among all, anew", anew("tochuc", lambda it: [
        f"/units/{it.top}/members?q={name.replace(' ', '+')}" for name in NAMES])
    yield "roll of 207 in one post", lambda it: call_roll(it)[1]
    yield "CSV of a ward, first byte", lambda it: file_of_ward(it, last)[0]
    yield "CSV of a ward, whole", lambda it: file_of_ward(it, last)[1]


def start(bench):
    took = []
    for _ in range(5):
        took.append(bench.server.started_in)
        bench.stop()
    return median(took)


def sign_in(bench):
    took = []
    for _ in range(5):
        took.append(bench.visitor("canbo.phuong").signed_in_in)
        bench.stop()
    return median(took)


def anew(login, paths):
    """The median of pages that nobody has asked for, after two of them."""

    def row(bench):
        visitor, took = bench.visitor(login), []
        for path in paths(bench):
            begin = time.perf_counter()
            # What takes longer than twenty seconds goes on behind an answer that says so.
            while visitor.ask("GET", path)[0].status == 503:
                time.sleep(0.1)
            took.append((time.perf_counter() - begin) * 1000)
        return median(took[2:])

    return row


def kept(login, path):
    return lambda bench: bench.visitor(login).time(path(bench), 15)


if __name__ == "__main__":
    main()
