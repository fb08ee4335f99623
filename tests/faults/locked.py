"""D6: another program holds the write lock of the file: writes are refused within the busy timeout, reading goes on, and
the next write is taken as soon as the lock is gone."""

import argparse, contextlib, sqlite3, threading, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--times', type=int, default=1)
args = args.parse_args()

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    server = product.Server(registry)
    server.wait()
    log, faults, slowest, read_slowest = product.Log(), [], 0.0, 0.0
    visitor, reader = (product.Visitor(server.port).sign_in(registry.secretaries[0][0]) for _ in range(2))
    writer = product.Writer(visitor, registry.cells[0], log, 1)
    for _ in range(args.times):
        writer.give()
        # A throwaway file: never do this to a registry that is in use.
        with contextlib.closing(sqlite3.connect(registry.database, isolation_level=None, check_same_thread=False)) as other:
            other.execute('BEGIN IMMEDIATE')
            began = time.time()
            said = []
            thread = threading.Thread(target=lambda: said.append((writer.give(), time.time() - began)))
            thread.start()
            while thread.is_alive():
                asked = time.time()
                page = reader.get(f'/units/{registry.cells[0]}/contributions')
                read_slowest = max(read_slowest, time.time() - asked)
                faults += [f'reading is answered {page.status}'] * (page.status != 200)
                time.sleep(0.1)
            thread.join()
            other.execute('ROLLBACK')
        answer, seconds = said[0]
        slowest = max(slowest, seconds)
        faults += [f'locked: {answer.status} after {seconds:.1f} s'] * (answer.status != 503 or seconds > 7)
        faults += ['the page does not say that nothing was written'] * ('Chưa ghi gì' not in answer.text)
        again = writer.give().status
        faults += [f'after the lock: {again}'] * (again != 303)
    server.stop()
    more, missing, _ = product.losses(registry, log)
    product.verdict('locked by another program', {
        'times': args.times, 's until it says so': f'{slowest:.2f}', 'ms for the slowest page meanwhile': f'{read_slowest * 1000:.0f}',
        'missing': missing}, faults + more)
