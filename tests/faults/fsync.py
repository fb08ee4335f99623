"""D2: an answer means that the write is on the disk: at least one fsync of the write-ahead log for each, seen by strace."""

import argparse, os, re

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--writes', type=int, default=200)
args = args.parse_args()
NAME = 'synced before answered'
product.need(NAME, 'strace')

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    trace = os.path.join(place, 'trace')
    # With -D the process we started is the program itself, and strace a child of it.
    server = product.Server(registry, wrap=('strace', '-D', '-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace))
    server.wait()
    log = product.Log()
    visitor = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
    writer = product.Writer(visitor, registry.cells[0], log, 1)
    before = os.path.getsize(trace)
    for _ in range(args.writes):
        writer.give()
    with open(trace) as file:
        file.seek(before)
        synced = len(re.findall(r'f(?:data)?sync\(\d+<[^>]*-wal>', file.read()))
    server.stop()
    faults, missing, _ = product.losses(registry, log)
    answered = log.statuses[303]
    faults += ['fewer fsyncs than answers'] * (synced < answered) + ['a write was refused'] * (answered != args.writes)
    product.verdict(NAME, {'writes acknowledged': answered, 'fsyncs of the log': synced, 'missing': missing}, faults)
