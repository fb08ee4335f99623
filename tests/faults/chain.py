"""S2: the audit trail is altered behind the program's back: an entry changed, taken out, slipped in, two exchanged, the tail cut off
with all that tells of it. `haichieu check` names the entry; the cut tail it finds by the head that was written down."""

import argparse, contextlib, os, random, shutil, sqlite3

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--times', type=int, default=3, help='for each kind')
args = args.parse_args()

KINDS = {
    'changed': "UPDATE audit_entry SET summary = summary || '.' WHERE id = (SELECT entry_id FROM audit_seal WHERE position = {at})",
    'moved to another unit': "UPDATE audit_entry SET account_name = 'x' WHERE id = (SELECT entry_id FROM audit_seal WHERE position = {at})",
    'taken out': 'DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = {at})',
    'taken out with its seal': 'DELETE FROM audit_seal WHERE position = {at}',
    'slipped in': "INSERT INTO audit_entry SELECT randomblob(16), at, account_id, account_name, address, action, subject, subject_id, "
                  "unit_id, 'Slipped in', changes FROM audit_entry WHERE id = (SELECT entry_id FROM audit_seal WHERE position = {at})",
    'exchanged': 'UPDATE audit_seal SET position = -1 WHERE position = {at}; UPDATE audit_seal SET position = {at} WHERE position = {at} + 1; '
                 'UPDATE audit_seal SET position = {at} + 1 WHERE position = -1',
    'sealed by another key': 'UPDATE audit_seal SET seal = randomblob(32) WHERE position = {at}',
}

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    server = product.Server(registry)
    server.wait()
    log = product.Log()
    writer = product.Writer(product.Visitor(server.port).sign_in(registry.secretaries[0][0]), registry.cells[0], log, 1)
    for _ in range(40):
        writer.give()
    server.stop()
    faults, found = registry.check(), 0
    last = int(registry.rows('SELECT MAX(position) FROM audit_seal')[0][0])
    head = registry.run('check', '--head').stdout.splitlines()[0]
    whole = registry.database

    def altered(sql):
        """What `check` says of a copy that was altered."""
        copy = os.path.join(place, 'altered.db')
        for ending in ('', '.key'):
            shutil.copy(whole + ending, copy + ending)
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as file:
            file.execute('PRAGMA foreign_keys = OFF')
            triggers = file.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                file.execute(f'DROP TRIGGER {name}')
            file.executescript(sql)
            for _, again in triggers:
                file.execute(again)
        registry.database = copy
        try:
            return registry.run('check', fine=False), registry.run('check', '--expect-head', head, fine=False)
        finally:
            registry.database = whole

    tries = 0
    for kind, sql in KINDS.items():
        for _ in range(args.times):
            at = random.randrange(2, last - 1)
            done, _ = altered(sql.format(at=at))
            tries += 1
            found += done.returncode == 1
            faults += [f'{kind} at {at}: not found: {done.stdout}'] * (done.returncode != 1)
    for _ in range(args.times):
        cut = random.randrange(last // 2, last)
        tail = f'SELECT entry_id FROM audit_seal WHERE position > {cut}'
        done, expected = altered(
            f'CREATE TEMP TABLE gone AS {tail}; DELETE FROM audit_seal WHERE position > {cut}; '
            'DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM gone)')
        tries += 1
        found += expected.returncode == 1
        faults += [f'cut behind {cut}: not found with the head on paper: {expected.stdout}'] * (expected.returncode != 1)
    product.verdict('the trail altered', {'entries': last, 'alterations': tries, 'found': found}, faults)
