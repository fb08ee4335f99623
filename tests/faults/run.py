"""Breaks the program on purpose and counts what was answered and is not there. `quick` takes about three minutes, `full` about an hour.

    cargo build --release && python3 tests/faults/run.py [quick|full] [NAME …]

A line for each; exit code 0: all passed. What a machine cannot break (a disk is mounted by root only, the clock set by libfaketime)
is skipped, and said.
"""

import os, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
# Program, arguments of the quick run, arguments of the full one.
PLAN = [
    ('kill', '--kills 25', '--kills 1000'),
    ('fsync', '--writes 200', '--writes 200'),
    ('disk_full', '--fills 3', '--fills 20'),
    ('disk_errors', '--last 40 --step 10', '--writes 3000 --last 200 --step 1'),
    ('locked', '--times 1', '--times 5'),
    ('vanish', '--requests 500', '--requests 10000'),
    ('stop', '--times 1', '--times 10'),
    ('slow', '--slow 100', '--slow 400 --seconds 30'),
    ('hundred', '--seconds 10', '--seconds 120'),
    ('hundred', '--seconds 10 --servers 2', '--seconds 60 --servers 2'),
    ('races', '--pairs 50 --forms 200', '--pairs 2000 --forms 3000'),
    ('malformed', '--lists 250 --forms 250', '--lists 6000 --forms 4000'),
    ('interrupted', '--kills 2 --step 8 --disks 2 --people 300', '--kills 50 --step 1 --disks 20'),
    ('migrate', '--rounds 5', '--rounds 50'),
    ('clock', '', ''),
    ('chain', '--times 3', '--times 40'),
    ('backup', '--times 2 --damaged 20', '--times 50 --damaged 1000'),
    ('postgres', '--times 1', '--times 10'),
    ('servers', None, '--rounds 5'),
    ('replica', None, '--writes 300 --seconds 20'),
    # Its targets take minutes to build: before a release only.
    ('fuzz', None, '--seconds 300'),
]

kind = 'full' if 'full' in sys.argv[1:2] else 'quick'
names = [it for it in sys.argv[1:] if it not in ('quick', 'full')]
began, failed = time.time(), []
for name, quick, full in PLAN:
    if names and name not in names:
        continue
    words = full if kind == 'full' else quick
    if words is None:
        continue
    code = subprocess.run([sys.executable, os.path.join(HERE, f'{name}.py'), *words.split()]).returncode
    if code not in (0, 77):
        failed.append(name)
print(f'{kind}: {time.time() - began:.0f} s, ' + ('failed: ' + ', '.join(failed) if failed else 'all passed'))
sys.exit(bool(failed))
