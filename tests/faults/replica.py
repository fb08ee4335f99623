"""Figures read on a standby (--read-database): every page says up to when it holds everything, none is older than --read-lag, whoever
wrote sees it at once, a right taken away ends with the next request. The standby halts, is killed and comes back: no page fails."""

import argparse, collections, datetime, itertools, os, statistics, time

import product
from cluster import Cluster, pg

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--writes', type=int, default=20)
args.add_argument('--seconds', type=int, default=6, help='how long the standby halts')
args = args.parse_args()
LAG = 3


def fresh_to(answer):
    """The moment up to which a page of the standby holds everything; None on one of the primary."""
    text = answer.headers['figures-fresh-to']
    return datetime.datetime.fromisoformat(text).timestamp() if text else None


with product.folder() as place:
    os.chmod(place, 0o777)
    cluster = Cluster(place)
    try:
        cluster.sql('CREATE DATABASE registry')
        url = f'postgres://postgres@127.0.0.1:{cluster.port}/registry'
        registry = product.Registry(place, url, cells=2)
        cluster.follow()
        standby = f'postgres://postgres@127.0.0.1:{cluster.standby_port}/registry'
        server = product.Server(registry, words=['--read-database', standby, '--read-lag', str(LAG)], log=os.environ.get('LOG'))
        server.wait()
        faults, ages, kinds = [], [], collections.Counter()
        officer = product.Visitor(server.port).sign_in('officer')
        secretary = product.Visitor(server.port).sign_in(registry.secretaries[0][0])

        looks = itertools.count()

        def look(visitor=officer, path='/units/ward'):
            asked = time.time()
            # An address of its own: a page of the primary is kept, and told again, until something is written.
            answer = visitor.get(f'{path}?look={next(looks)}')
            moment = fresh_to(answer)
            kinds['standby' if moment else 'primary', answer.status] += 1
            faults.extend([f'{path}: {answer.status}'] * (answer.status != 200))
            said = 'từ máy chủ đọc' in answer.text
            faults.extend([f'the page {"says" if said else "hides"} where it was read'] * (said != bool(moment)))
            if moment:
                # The head says whole seconds.
                ages.append(asked - moment)
                faults.extend([f'{asked - moment:.1f} s old when it was asked for'] * (asked - moment > LAG + 1))
            return moment

        def until(wanted, what, patience=20):
            began = time.time()
            while time.time() - began < patience:
                if bool(look()) == wanted:
                    return time.time() - began
                time.sleep(0.1)
            faults.append(f'{what}: not within {patience} s')
            return patience

        until(True, 'the standby is found')
        # Whoever wrote sees it at once, while others read the standby.
        log, unseen = product.Log(), 0
        writer = product.Writer(secretary, registry.cells[0], log, 1)
        shared = 0
        for _ in range(args.writes):
            answer = writer.add()
            wrote = time.time()
            for cookie in answer.headers.get_all('set-cookie') or ():
                name, value = cookie.split(';')[0].split('=', 1)
                others = [it for it in secretary.cookie.split('; ') if not it.startswith(name + '=')]
                secretary.cookie = '; '.join([*others, f'{name}={value}'])
            moment = look(secretary, f'/units/{registry.cells[0]}')
            unseen += moment is not None and moment < wrote - 1
            shared += bool(look())
        faults += [f'{unseen} pages hid what their reader had just written'] * bool(unseen)
        faults += ['nobody else read the standby meanwhile'] * (not shared)

        cluster.sql('SELECT pg_wal_replay_pause()', cluster.standby_port)
        halted = until(False, 'a standby that halts')
        end = time.time() + args.seconds
        while time.time() < end:
            look()
            time.sleep(0.05)
        cluster.sql('SELECT pg_wal_replay_resume()', cluster.standby_port)
        until(True, 'a standby that goes on')

        # Nobody waits for its flush any more when it is gone.
        cluster.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        cluster.sql('SELECT pg_reload_conf()')
        pg('pg_ctl', '-D', cluster.standby, '-m', 'immediate', 'stop')
        cluster.running.remove(cluster.standby)
        waits = []
        for _ in range(40):
            began = time.time()
            look()
            waits.append(time.time() - began)
            time.sleep(0.05)
        faults += product.late(max(waits) > 3, f'{max(waits):.1f} s for a page when the standby was gone')
        cluster._start(cluster.standby)
        until(True, 'a standby that comes back')

        registry.run('revoke', 'officer', 'ward-officer', 'ward')
        status = officer.get('/units/ward').status
        # Whoever loses a right is signed out as well.
        faults += [f'a right taken away: {status}'] * (status not in (303, 404))
        code, _ = server.stop()
        more, missing, half = product.losses(registry, log)
        product.verdict('figures of a standby', {
            'pages of the standby': kinds['standby', 200], 'of the primary': kinds['primary', 200], 's old at most': f'{max(ages):.1f}',
            'mostly': f'{statistics.median(ages):.1f}', 's until a halt was noticed': f'{halted:.1f}',
            's for the slowest page of one gone': f'{max(waits):.2f}', 'missing': missing}, faults + more + [f'exit {code}'] * bool(code))
    finally:
        cluster.stop()
