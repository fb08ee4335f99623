"""P1-P3, N1: PostgreSQL fails under load. A backend ended, a restart, a primary killed and its synchronous standby promoted, the old
one come back, a line that is slow, cut and silent. Requests under way fail in words, what was acknowledged is there, and the
service returns by itself. The program reaches the server through a relay of ours, as it would through HAProxy."""

import argparse, contextlib, os, random, time

import product
from cluster import Cluster, Relay, pg

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--times', type=int, default=1, help='how often the primary is killed')
args.add_argument('--writers', type=int, default=8)
args = args.parse_args()
NAME = 'PostgreSQL fails'


with product.folder() as place:
    os.chmod(place, 0o777)
    cluster = Cluster(place)
    try:
        relay = Relay(cluster.port)
        cluster.sql('CREATE DATABASE registry')
        url = f'postgres://postgres@127.0.0.1:{relay.port}/registry'
        registry = product.Registry(place, url, cells=args.writers)
        cluster.follow()
        server = product.Server(registry, log=os.environ.get('LOG'))
        server.wait()
        log, faults, waits = product.Log(), [], {}
        writers = product.Writers(registry, server.port, log)
        # One more secretary's sign-in, whose writes tell when the service is back.
        probe = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
        prober = product.Writer(probe, registry.cells[0], log, 99)

        def back(what, began=None, patience=30):
            """The seconds until a write is answered 303 again, from `began` on."""
            began = began or time.time()
            while time.time() - began < patience:
                with contextlib.suppress(OSError, product.http.client.HTTPException):
                    answer = prober.give()
                    if answer.status == 303:
                        waits[what] = time.time() - began
                        return
                    if '<html' not in answer.text:
                        faults.append(f'{what}: {answer.status} without a page')
                time.sleep(0.05)
            faults.append(f'{what}: no write within {patience} s')

        time.sleep(1)
        cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'registry'")
        back('backends ended')
        for mode in ('fast', 'immediate'):
            pg('pg_ctl', '-D', cluster.data, '-w', '-m', mode, '-l', cluster.data + '.log', 'restart')
            back(f'restart ({mode})')
        relay.cut()
        back('line cut')
        relay.delay = 0.3
        time.sleep(2)
        relay.delay = 0.0
        back('line slow')
        relay.silent = True
        time.sleep(8)
        relay.silent = False
        back('line silent')
        for _ in range(args.times):
            time.sleep(random.uniform(0.5, 1))
            killed = time.time()
            cluster.kill()
            cluster.promote()
            relay.target = cluster.port
            relay.cut()
            back('primary killed, standby promoted', killed)
            # The old one comes back, and knows nothing of what was written since: nobody must reach it through the relay.
            cluster._start(cluster.old)
            stale = cluster.sql('SELECT pg_is_in_recovery()', cluster.old_port)
            pg('pg_ctl', '-D', cluster.old, '-m', 'fast', 'stop', check=False)
            cluster.running.remove(cluster.old)
            faults += [f'the old primary: {stale}'] * (stale != 'f')
            cluster.follow()
        # A standby answers reads only: told to write there, the program says so in words and writes nothing.
        relay.target = cluster.standby_port
        relay.cut()
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            answer = prober.give()
            faults += [f'on a standby: {answer.status}'] * (answer.status != 503)
        relay.target = cluster.port
        relay.cut()
        back('led to a standby and back')
        writers.stop()
        alive = server.alive()
        server.stop()
        more, missing, half = product.losses(registry, log)
        faults += more + ['the server ended'] * (not alive)
        refused = sum(count for status, count in log.statuses.items() if status >= 500)
        odd = {status: count for status, count in log.statuses.items() if status not in (200, 303, 422, 409, 503)}
        faults += [f'answers {odd}'] * bool(odd)
        print('     back after', ', '.join(f'{what} {seconds:.2f} s' for what, seconds in waits.items()))
        product.verdict(NAME, {
            'faults': len(waits), 'writes acknowledged': log.statuses[303], 'answers 503': refused, 'missing': missing,
            'half done': half, 's for the longest way back': f'{max(waits.values(), default=0):.2f}'}, faults)
    finally:
        cluster.stop()
