"""C1: a hundred secretaries at once on one small machine, four pages read for each write, in their own cells only. Now and then
one asks for what is another's: 404. With --servers 2 two programs serve the same database side by side (C4)."""

import argparse, collections, http.client, multiprocessing, random, statistics, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--secretaries', type=int, default=100)
args.add_argument('--seconds', type=int, default=15)
args.add_argument('--servers', type=int, default=1)
args.add_argument('--database', help='a PostgreSQL server, as postgres://…; its database is made and dropped')
args = args.parse_args()
PAGES = ('', '/members', '/contributions', '/meetings', '/opinions', '/works')


def work(port, cookie, cell, other, seed, seconds, out):
    """One secretary: waits, statuses, and what was acknowledged."""
    log, waits, statuses = product.Log(), [], collections.Counter()
    visitor = product.Visitor(port)
    visitor.cookie = cookie
    writer, chance, end = product.Writer(visitor, cell, log, seed), random.Random(seed), time.time() + seconds
    product._AMOUNTS = iter(range(10_000 + seed * 10_000, 10**9))
    time.sleep(chance.random() * 0.3)
    while time.time() < end:
        began, kind = time.time(), chance.random()
        try:
            if kind < 0.2:
                answer = writer.write()
                statuses['write', answer.status if answer else 0] += 1
            elif kind < 0.23:
                statuses['of another', visitor.get(f'/units/{other}{chance.choice(PAGES)}').status] += 1
            else:
                statuses['read', visitor.get(f'/units/{cell}{chance.choice(PAGES)}').status] += 1
        except (OSError, http.client.HTTPException) as error:
            statuses['broken', repr(error)[:60]] += 1
        waits.append(time.time() - began)
        # A person reads before the next click.
        time.sleep(chance.expovariate(4))
    out.put((waits, statuses, log.acknowledged, dict(log.sent)))


if __name__ == '__main__':
    with product.folder() as place, product.database(args.database, place) as database:
        registry = product.Registry(place, database, cells=args.secretaries, people=12)
        servers = [product.Server(registry) for _ in range(args.servers)]
        for server in servers:
            server.wait()
        cookies = [product.Visitor(servers[0].port).sign_in(name).cookie for name, _ in registry.secretaries]
        out = multiprocessing.Queue()
        people = [multiprocessing.Process(target=work, args=(
            servers[n % len(servers)].port, cookies[n], registry.cells[n], registry.cells[n - 1], n, args.seconds, out))
            for n in range(args.secretaries)]
        for person in people:
            person.start()
        log, waits, statuses = product.Log(), [], collections.Counter()
        for _ in people:
            some, counted, acknowledged, sent = out.get()
            waits += some
            statuses += counted
            log.acknowledged.update(acknowledged)
            log.sent.update(sent)
        for person in people:
            person.join()
        codes = [server.stop()[0] for server in servers]
        faults, missing, half = product.losses(registry, log)
        bad = {key: count for key, count in statuses.items() if key not in (
            ('read', 200), ('of another', 404), ('write', 303), ('write', 0), ('write', 200), ('write', 422))}
        faults += [f'{count} × {key}' for key, count in bad.items()] + [f'exit {codes}'] * any(codes)
        last = statistics.quantiles(waits, n=100)[98]
        faults += product.late(last > 0.3, f'p99 {last * 1000:.0f} ms')
        product.verdict('a hundred at once', {
            'secretaries': args.secretaries, 'servers': args.servers, 'requests': len(waits), 'writes acknowledged': statuses['write', 303],
            'refused to others': statuses['of another', 404], 'ms p50': f'{statistics.median(waits) * 1000:.0f}',
            'ms p99': f'{last * 1000:.0f}', 'missing': missing, 'half done': half}, faults)
