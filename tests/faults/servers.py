"""Several servers, one PostgreSQL, behind HAProxy. What one knows all know: sign-ins, throttles, limits, jobs, backups. Exchanged one
by one under load (a proxy asks /ready, SIGTERM with --drain), no request fails; one killed, nothing answered is missing."""

import argparse, collections, concurrent.futures, http.client, os, re, subprocess, threading, time, urllib.parse

import product
from cluster import Cluster

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--servers', type=int, default=3)
args.add_argument('--rounds', type=int, default=1, help='how often all of them are exchanged')
args.add_argument('--writers', type=int, default=6)
args.add_argument('--postgres-options', default='', help="of the program's connections, for example -c default_transaction_isolation=serializable")
args = args.parse_args()
NAME = 'several servers'
product.need(NAME, 'haproxy')
# A job makes what is longer than 5,000 rows.
CROWD = 5_200
EXPORTS = 6
DRAIN = 2

PROXY = '''
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout http-keep-alive 5s
    option forwardfor
    option httpchk GET /ready
    default-server check inter 200ms fall 1 rise 1
frontend door
    bind 127.0.0.1:{door}
    default_backend servers
backend servers
    balance roundrobin
    option redispatch
    retries 3
'''


class Proxy:
    """HAProxy before these ports."""

    def __init__(self, place, ports):
        self.port, path = product.free_port(), os.path.join(place, 'haproxy.cfg')
        with open(path, 'w') as file:
            file.write(PROXY.format(door=self.port) + ''.join(f'    server s{port} 127.0.0.1:{port}\n' for port in ports))
        self.process = subprocess.Popen(['haproxy', '-db', '-f', path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Readers:
    """People who read through the proxy, on a line that they keep, and what they were answered."""

    def __init__(self, port, cookies, pages):
        self.stopped, self.statuses = threading.Event(), collections.Counter()
        self.threads = [threading.Thread(target=self._read, args=(port, cookie, pages), daemon=True) for cookie in cookies]
        for thread in self.threads:
            thread.start()

    def _read(self, port, cookie, pages):
        visitor, number = product.Visitor(port), 0
        visitor.cookie = cookie
        while not self.stopped.is_set():
            try:
                self.statuses[visitor.get(pages[number % len(pages)]).status] += 1
            except (OSError, http.client.HTTPException) as error:
                self.statuses[repr(error)[:60]] += 1
            number += 1
            time.sleep(0.01)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)


def at(port, cookie=None):
    visitor = product.Visitor(port)
    visitor.cookie = cookie
    return visitor


def sign_ins(ports, secretary, faults):
    """A sign-in made on one holds on all, and ended on one has ended on all."""
    cookie = product.Visitor(ports[0]).sign_in(secretary).cookie
    statuses = [at(port, cookie).get('/account').status for port in ports]
    faults += [f'a sign-in of one: {statuses}'] * (set(statuses) != {200})
    at(ports[-1], cookie).post('/sign-out', {})
    statuses = [at(port, cookie).get('/account').status for port in ports]
    faults += [f'a sign-out of one: {statuses}'] * (set(statuses) != {303})


def throttles(ports, login, faults):
    """Failures on all servers together make one wait on each."""
    statuses = [at(ports[n % len(ports)]).post('/sign-in', {'login': login, 'password': 'không đúng'}).status for n in range(6)]
    faults += [f'failures one after the other: {statuses}'] * (statuses[-1] != 429 or 429 in statuses[:5])


def exports(ports, cookie, cells, faults):
    """The same form on all servers at once makes one file; any server hands it out; the limit of the hour is one for all."""
    def ask(port, key, what, unit):
        fields = {'id': key, 'what': what, 'query': '', 'purpose': 'thử nhiều máy chủ', 'format': 'csv', 'confirm': product.PASSWORD}
        return at(port, cookie).post(f'/units/{unit}/exports', fields)

    key = product.new_id()
    with concurrent.futures.ThreadPoolExecutor() as crowd:
        answers = list(crowd.map(lambda port: ask(port, key, 'members', 'ward'), ports))
    faults += [f'one export asked for on all: {[it.status for it in answers]}'] * ({it.status for it in answers} != {303})
    began, rows = time.time(), 0
    while time.time() - began < 30:
        answer = at(ports[-1], cookie).get(f'/exports/{key}/file')
        if answer.status == 200:
            rows = answer.text.count('\n') - 1
            break
        time.sleep(0.2)
    faults += [f'the file of another server: {answer.status}, {rows} rows'] * (rows < CROWD)
    statuses = [ask(ports[n % len(ports)], product.new_id(), 'statistics', 'ward').status for n in range(EXPORTS)]
    faults += [f'exports of the hour: {statuses}'] * (statuses != [200] * (EXPORTS - 1) + [429])
    return key


def wait_for_all(servers):
    for server in servers:
        server.wait()
    time.sleep(1)  # the proxy finds them


with product.folder() as place:
    os.chmod(place, 0o777)
    cluster = Cluster(place)
    proxy = None
    try:
        cluster.sql('CREATE DATABASE registry')
        url = f'postgres://postgres@127.0.0.1:{cluster.port}/registry'
        url += '?options=' + urllib.parse.quote(args.postgres_options) if args.postgres_options else ''
        registry = product.Registry(place, url, cells=args.writers, crowd=CROWD)
        ports = [product.free_port() for _ in range(args.servers)]
        backups = os.path.join(place, 'backups')
        words = ['--behind-proxy', '--drain', str(DRAIN), '--backups', backups]
        limits = {'HAICHIEU_EXPORTS_PER_HOUR': str(EXPORTS)}

        def start(port):
            return product.Server(registry, words=words, port=port, env=limits, log=os.environ.get('LOG'))

        servers, faults = [start(port) for port in ports], []
        proxy = Proxy(place, ports)
        wait_for_all(servers)
        sign_ins(ports, registry.secretaries[0][0], faults)
        throttles(ports, 'nobody', faults)
        export = exports(ports, product.Visitor(proxy.port).sign_in('officer').cookie, registry.cells, faults)

        log = product.Log()
        writers = product.Writers(registry, proxy.port, log)
        cookies = [product.Visitor(proxy.port).sign_in(name).cookie for name, _ in registry.secretaries[:2]]
        readers = Readers(proxy.port, [*cookies, None], ['/account', '/', '/health'])
        time.sleep(2)
        ends = []
        for _ in range(args.rounds):
            for n, port in enumerate(ports):
                code, seconds = servers[n].stop()
                ends.append(seconds)
                faults += [f'exit {code}'] * bool(code)
                servers[n] = start(port)
                servers[n].wait()
                time.sleep(1)
        time.sleep(1)
        readers.stop()
        odd = {key: count for key, count in log.statuses.items() if key not in (200, 303, 409, 422)}
        odd |= {key: count for key, count in readers.statuses.items() if key not in (200, 303)}
        odd |= log.broken
        faults += [f'while servers were exchanged: {odd}'] * bool(odd)
        acknowledged, read = log.statuses[303], sum(readers.statuses.values())

        # One is killed: what it was asked just then fails, the next is answered by the others.
        servers[0].kill()
        time.sleep(1)
        after = collections.Counter(at(proxy.port, cookies[0]).get('/account').status for _ in range(30))
        faults += [f'behind a killed server: {after}'] * (set(after) != {200})
        writers.stop()
        codes = [server.stop()[0] for server in servers[1:]]
        faults += [f'exit {codes}'] * any(codes)
        more, missing, half = product.losses(registry, log)
        made = registry.rows("SELECT COUNT(*) FROM backup WHERE state = 'done' AND claimed_on IS NOT NULL")[0][0]
        files = [it for it in os.listdir(backups) if re.fullmatch(r'haichieu-.*\.db', it)]
        faults += more + [f'{made} backups of the day, files {files}'] * (made != '1' or len(files) != 1)
        entries = registry.rows(f"SELECT COUNT(*) FROM audit_entry WHERE action = 'export.begin' AND HEX(subject_id) = '{export.replace('-', '')}'")
        faults += [f'entries of one export: {entries}'] * (entries != [('1',)])
        product.verdict(NAME, {
            'servers': args.servers, 'exchanged': args.rounds * args.servers, 'writes acknowledged meanwhile': acknowledged, 'pages read': read,
            'failed': sum(odd.values()), 's for the slowest end': f'{max(ends):.1f}', 'broken by the kill': sum(log.broken.values()),
            'missing': missing, 'half done': half}, faults)
    finally:
        if proxy:
            proxy.stop()
        cluster.stop()
