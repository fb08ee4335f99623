"""M2: several programs open one fresh file at once. All begin to serve, and each migration is there once."""

import argparse, os

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--rounds', type=int, default=5)
args.add_argument('--programs', type=int, default=4)
args.add_argument('--database', help='a PostgreSQL server, as postgres://…; its databases are made and dropped')
args = args.parse_args()


class Fresh(product.Registry):
    def __init__(self, place, database):
        self.place, self.database = place, database


faults, clean = [], 0
for number in range(args.rounds):
    with product.folder() as place, product.database(args.database, place) as database:
        registry = Fresh(place, database or os.path.join(place, 'registry.db'))
        servers = [product.Server(registry, log=os.path.join(place, 'log')) for _ in range(args.programs)]
        try:
            for server in servers:
                server.wait()
            codes = [server.stop()[0] for server in servers]
        except SystemExit as error:
            with open(os.path.join(place, 'log')) as log:
                faults.append(f'round {number}: {error}: {log.read()[-300:]}')
            for server in servers:
                server.kill()
            continue
        rows = registry.rows('SELECT version FROM _sqlx_migrations')
        more = registry.check() + ['a migration is missing or twice'] * (len(rows) != len(set(rows)) or not rows)
        more += [f'exit {codes}'] * any(codes)
        clean += not more
        faults += [f'round {number}: {it}' for it in more]
product.verdict('migrated by several at once', {'rounds': args.rounds, 'programs': args.programs, 'clean': clean}, faults)
