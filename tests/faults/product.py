"""What every fault program needs: a registry with people, a server, and visitors who fill in its forms.

Python's standard library only. A server is killed by the id of the process that was started, its files lie in a
folder of their own, and nothing leaves loopback. SQLite files are read here after their server is gone.
"""

import atexit, collections, contextlib, html.parser, http.client, itertools, os, random, re, shutil, signal, socket, sqlite3
import subprocess, sys, tempfile, threading, time, urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
PASSWORD = 'một câu dài, dễ nhớ và riêng'
# Limits for one person at a browser would stop a program that types a thousand forms a minute.
UNHURRIED = {'HAICHIEU_REQUESTS_PER_MINUTE': '1000000', 'HAICHIEU_IMPORTS_PER_HOUR': '1000000',
             'HAICHIEU_EXPORTS_PER_HOUR': '1000000'}


def binary():
    """The program under test: $HAICHIEU, or the release build."""
    path = os.environ.get('HAICHIEU') or os.path.join(HERE, '..', '..', 'target', 'release', 'haichieu')
    if not os.path.exists(path):
        sys.exit('no program to test: cargo build --release, or set HAICHIEU')
    return os.path.abspath(path)


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def folder():
    """A folder that is gone afterwards; kept with KEEP=1."""
    path = tempfile.mkdtemp(prefix='haichieu-faults-')
    try:
        yield path
    finally:
        if os.environ.get('KEEP'):
            print('kept:', path)
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def database(server, place):
    """A database of its own on a PostgreSQL server, dropped afterwards; None for an SQLite file."""
    if not server:
        yield None
        return
    name = 'faults_' + os.path.basename(place).rsplit('-', 1)[-1].lower()
    run = lambda where, sql: subprocess.run(['psql', where, '-qX', '-c', sql], check=True)
    run(server, f'CREATE DATABASE {name}')
    url = server.rsplit('/', 1)[0] + '/' + name
    try:
        yield url
    finally:
        run(server, f'DROP DATABASE {name} WITH (FORCE)')


def new_id():
    """A UUID of version 7, as the forms carry them."""
    number = int(time.time() * 1000) << 80 | random.getrandbits(80)
    number = number & ~(0xf << 76) | 7 << 76
    text = f'{number & ~(3 << 62) | 2 << 62:032x}'
    return '-'.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Registry:
    """A database with one ward, some cells and their people, and a secretary for each cell; and a cell of a crowd, with none."""

    def __init__(self, place, database=None, cells=2, people=20, secretaries=1, crowd=0):
        self.place, self.database = place, database or os.path.join(place, 'registry.db')
        self.cells = [f'cell-{n}' for n in range(cells)]
        self.secretaries = [(f'secretary{n}x{k}', code) for n, code in enumerate(self.cells) for k in range(secretaries)]
        seeds = os.path.join(place, 'seeds')
        os.makedirs(seeds)
        units = [('ward', '', 'ward', 'Phường Thử')] + [
            (code, 'ward', 'cell', f'Chi bộ tổ dân phố {n}') for n, code in enumerate(self.cells)]
        units += [('crowd', 'ward', 'cell', 'Chi bộ chung cư')] * bool(crowd)
        self._csv(seeds, 'units', 'code,parent_code,kind,name,from_on', [(*it, '2020-01-01') for it in units])
        members = [(f'{code}-{n}', f'Nguyễn Văn {chr(65 + n % 26)}', 'male', '1980', code, '2020-01-01')
                   for code, some in [*((it, people) for it in self.cells), ('crowd', crowd)] for n in range(some)]
        self._csv(seeds, 'members', 'code,full_name,sex,born_on,cell_code,started_on', members)
        self.run('seed', seeds)
        for name, code in self.secretaries:
            self.account(name, 'cell-secretary', code)
        self.account('officer', 'ward-officer', 'ward')

    def _csv(self, place, name, head, rows):
        with open(os.path.join(place, name + '.csv'), 'w', encoding='utf-8') as file:
            file.write('\n'.join([head, *(','.join(row) for row in rows)]) + '\n')

    def account(self, name, role, *unit):
        self.run('account', 'add', name, '--display-name', name.capitalize(), typed=PASSWORD + '\n')
        self.run('grant', name, role, *unit)

    def run(self, *words, typed='', fine=True):
        """One command of the program; what it printed."""
        done = subprocess.run([binary(), '--database', self.database, *words], input=typed, text=True,
                              capture_output=True, cwd=self.working_folder(), timeout=600)
        if fine and done.returncode != 0:
            raise SystemExit(f'haichieu {" ".join(words)}: {done.stderr}')
        return done

    def working_folder(self):
        """Where the key of a PostgreSQL registry lies."""
        return self.place

    def rows(self, sql):
        """Of a database that nobody serves. Ids as hexadecimal digits in both."""
        if '://' in self.database:
            out = subprocess.run(['psql', self.database, '-AtX', '-F', '\t', '-c', re.sub(r'HEX\((\w+)\)', r"replace(\1::text, '-', '')", sql)],
                                 text=True, capture_output=True, check=True).stdout
            return [tuple(line.split('\t')) for line in out.splitlines()]
        with contextlib.closing(sqlite3.connect(self.database)) as file:
            return [tuple('' if it is None else str(it) for it in row) for row in file.execute(sql)]

    def check(self):
        """`haichieu check` and, for SQLite, what the engine says itself; faults as words."""
        faults = []
        done = self.run('check', fine=False)
        if done.returncode != 0:
            faults.append(done.stderr.strip())
        if '://' not in self.database:
            integrity = self.rows('PRAGMA integrity_check')
            orphans = self.rows('PRAGMA foreign_key_check')
            faults += [f'integrity {integrity}'] * (integrity != [('ok',)]) + [f'foreign keys {orphans}'] * bool(orphans)
        return faults


class Server:
    """`haichieu serve` on a registry. `wrap` stands before the program, `env` beside it."""

    def __init__(self, registry, wrap=(), env=None, words=(), port=None, log=None):
        self.port = port or free_port()
        self.registry = registry
        words = [*wrap, binary(), '--database', registry.database, 'serve', '--listen', f'127.0.0.1:{self.port}', *words]
        self.log = open(log or os.devnull, 'ab')
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log, cwd=registry.working_folder(),
                                        env={**os.environ, **UNHURRIED, **(env or {})})
        # A program of ours that fails must not leave its server behind.
        atexit.register(self.kill)

    def wait(self, patience=20):
        """Until it answers; the seconds that took."""
        began = time.time()
        while time.time() - began < patience:
            try:
                with contextlib.closing(http.client.HTTPConnection('127.0.0.1', self.port, timeout=2)) as it:
                    it.request('GET', '/health')
                    if it.getresponse().status == 200:
                        return time.time() - began
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            if self.process.poll() is not None:
                break
        raise SystemExit(f'the server does not answer (exit {self.process.poll()})')

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, patience=30):
        """SIGTERM; exit code and seconds."""
        began = time.time()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience), time.time() - began

    def memory(self):
        """Resident bytes."""
        with open(f'/proc/{self.process.pid}/statm') as file:
            return int(file.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


class _Forms(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.area, self.choice = [], None, None

    def handle_starttag(self, tag, attrs):
        it = dict(attrs)
        if tag == 'form':
            self.forms.append((it.get('action', '') if it.get('method') == 'post' else '', []))
        elif not self.forms or 'name' not in it and tag != 'option':
            return
        elif tag == 'textarea':
            self.area = [it['name'], '']
        elif tag == 'select':
            self.choice = [it['name'], None]
        elif tag == 'option' and self.choice and (self.choice[1] is None or 'selected' in it):
            self.choice[1] = it.get('value', '')
        elif tag == 'input' and (it.get('type') not in ('radio', 'checkbox') or 'checked' in it):
            self.forms[-1][1].append((it['name'], it.get('value', '')))

    def handle_data(self, data):
        if self.area:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == 'textarea' and self.area:
            self.forms[-1][1].append(tuple(self.area))
            self.area = None
        if tag == 'select' and self.choice:
            self.forms[-1][1].append((self.choice[0], self.choice[1] or ''))
            self.choice = None


Answer = collections.namedtuple('Answer', 'status headers text')


class Visitor:
    """Somebody at a browser: a connection that is opened anew when it breaks, and a sign-in."""

    def __init__(self, port, timeout=20):
        self.port, self.timeout, self.cookie, self.line, self.used = port, timeout, None, None, 0.0

    def ask(self, method, path, body=None, kind='application/x-www-form-urlencoded'):
        headers = {'Origin': f'http://127.0.0.1:{self.port}'}
        if self.cookie:
            headers['Cookie'] = self.cookie
        if body is not None:
            headers['Content-Type'] = kind
        # The server hangs up on a line that is silent for ten seconds; a browser knows.
        if time.time() - self.used > 5:
            self.hang_up()
        self.used = time.time()
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection('127.0.0.1', self.port, timeout=self.timeout)
            self.line.request(method, path, body, headers)
            reply = self.line.getresponse()
            return Answer(reply.status, reply.headers, reply.read().decode('utf-8', 'replace'))
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self):
        if self.line:
            self.line.close()
        self.line = None

    def get(self, path):
        return self.ask('GET', path)

    def post(self, path, fields):
        fields = fields.items() if isinstance(fields, dict) else fields
        return self.ask('POST', path, urllib.parse.urlencode([(name, value) for name, value in fields]))

    def sign_in(self, login):
        answer = self.post('/sign-in', {'login': login, 'password': PASSWORD})
        if answer.status != 303:
            raise SystemExit(f'{login} is not let in: {answer.status}')
        self.cookie = answer.headers['set-cookie'].split(';')[0]
        return self

    def form(self, path, action):
        """The fields of the form on the page at `path` that posts to `action`."""
        answer = self.get(path)
        forms = _Forms()
        forms.feed(answer.text)
        fields = next((fields for to, fields in forms.forms if to == action), None)
        if fields is None:
            raise LookupError(f'no form {action} on {path} ({answer.status})')
        return dict(fields)


class Log:
    """What was sent and what was acknowledged, from many threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged = {}
        self.broken = collections.Counter()
        self.sent = collections.defaultdict(list)
        self.statuses = collections.Counter()

    def send(self, key, value):
        with self.lock:
            self.sent[key].append(value)

    def answer(self, key, value, status):
        with self.lock:
            self.statuses[status] += 1
            if status == 303:
                self.acknowledged[key] = value


# No two alike: the same gift twice on a day is asked about.
_AMOUNTS = itertools.count(10_000)


class Writer:
    """A secretary who gives, meets, calls the roll and writes down opinions, as long as the server lets her."""

    def __init__(self, visitor, cell, log, seed):
        self.visitor, self.cell, self.log = visitor, cell, log
        self.chance = random.Random(seed)
        self.meeting = None

    def write(self):
        act = self.chance.choices((self.give, self.add, self.say, self.call), (4, 2, 2, 2))[0]
        return act()

    def _post(self, key, value, path, fields):
        self.log.send(key, value)
        answer = self.visitor.post(path, fields)
        self.log.answer(key, value, answer.status)
        return answer

    def give(self):
        key, amount = new_id(), next(_AMOUNTS)
        fields = {'id': key, 'who': 'group', 'group': 'Tổ đảng số 1', 'work': '', 'kind': 'money', 'amount': str(amount),
                  'given_on': today(), 'note': 'x' * 60, 'action': 'save'}
        return self._post(('contribution', key), str(amount), f'/units/{self.cell}/contributions', fields)

    def add(self):
        key = new_id()
        given = ''.join(self.chance.choice('bcdghklmnt') + self.chance.choice('aeiou') for _ in range(3)).capitalize()
        name = f'Trần Thị {given}'
        fields = {'id': key, 'full_name': name, 'sex': 'female', 'born': '1985', 'started_on': today(),
                  'category': 'normal', 'residence_kind': 'permanent'}
        return self._post(('member', key), name, f'/units/{self.cell}/members', fields)

    def say(self):
        key, text = new_id(), f'Đề nghị sửa đường số {self.chance.randrange(10**6)}'
        fields = {'id': key, 'who': 'anonymous', 'topic': 'Đường', 'text': text, 'raised_on': today()}
        return self._post(('opinion', key), text, f'/units/{self.cell}/opinions', fields)

    def call(self):
        """A meeting, then its roll: everybody's mark in one post."""
        if self.meeting is None:
            key = new_id()
            fields = {'id': key, 'kind': 'thematic', 'held_on': today(), 'topic': 'Thử'}
            answer = self._post(('meeting', key), 'Thử', f'/units/{self.cell}/meetings', fields)
            if answer.status != 303:
                return answer
            self.meeting = key
        path = f'/meetings/{self.meeting}/roll-call'
        try:
            fields = self.visitor.form(path, path)
        except LookupError:
            return None
        if 'was' not in fields:
            return None
        marks = ''.join(self.chance.choice('peu') for _ in fields['was'])
        fields.update({f'm{n + 1}': mark for n, mark in enumerate(marks)}, action='save')
        return self._post(('roll', self.meeting), marks, path, fields)


class Writers:
    """A writer for each secretary, each in a thread of its own, until they are told to stop."""

    def __init__(self, registry, port, log):
        self.stopped, self.threads, self.log = threading.Event(), [], log
        for number, (name, cell) in enumerate(registry.secretaries):
            writer = Writer(Visitor(port).sign_in(name), cell, log, number)
            self.threads.append(threading.Thread(target=self._work, args=(writer,), daemon=True))
        for thread in self.threads:
            thread.start()

    def _work(self, writer):
        while not self.stopped.is_set():
            try:
                writer.write()
            except (OSError, http.client.HTTPException) as error:
                self.log.broken[repr(error)[:60]] += 1
                time.sleep(0.005)  # the server is gone: not acknowledged

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)


def today():
    """The day in Hà Nội, as the forms are filled in."""
    return time.strftime('%d/%m/%Y', time.gmtime(time.time() + 7 * 3600))


def lost(registry, log):
    """What was acknowledged and is not stored, and what is stored without an entry, or twice."""
    id_of = "lower(HEX({}))"
    stored = {}
    for table, column in (('contribution', 'amount_vnd'), ('opinion', 'text')):
        for key, value in registry.rows(f'SELECT {id_of.format("id")}, {column} FROM {table}'):
            stored[table, key] = value
    for key, *name in registry.rows(f'SELECT {id_of.format("id")}, full_name FROM member'):
        stored['member', key] = name[0]
    for (key,) in registry.rows(f'SELECT {id_of.format("id")} FROM meeting'):
        stored['meeting', key] = 'Thử'
    missing = []
    for (table, key), value in log.acknowledged.items():
        if table == 'roll':
            continue
        if stored.get((table, key.replace('-', ''))) != value:
            missing.append((table, key, value, stored.get((table, key.replace('-', '')))))
    # A roll may have been saved once more by a post whose answer was cut off.
    letters = {'present': 'p', 'excused': 'e', 'unexcused': 'u'}
    rolls = collections.defaultdict(collections.Counter)
    for key, status in registry.rows(f'SELECT {id_of.format("meeting_id")}, status FROM attendance'):
        rolls[key][letters.get(status, '?')] += 1
    for (table, key), value in log.acknowledged.items():
        if table != 'roll':
            continue
        sent = log.sent[table, key]
        possible = sent[len(sent) - 1 - sent[::-1].index(value):]
        if rolls[key.replace('-', '')] not in [collections.Counter(it) for it in possible]:
            missing.append((table, key, value, dict(rolls[key.replace('-', '')])))
    ours = {key.replace('-', '') for table, key in log.sent if table != 'roll'}
    entries = collections.Counter(key for (key,) in registry.rows(
        f"SELECT {id_of.format('subject_id')} FROM audit_entry WHERE action IN "
        "('contribution.add', 'member.add', 'opinion.add', 'meeting.add')"))
    rows = {key for table, key in stored if key in ours}
    half = [key for key in rows if entries[key] != 1] + [key for key in entries if key in ours and key not in rows]
    return missing, half


def losses(registry, log):
    """The faults of a registry after its server is gone, as words."""
    missing, half = lost(registry, log)
    faults = [f'missing: {it}' for it in missing[:5]] + [f'half done: {it}' for it in half[:5]] + registry.check()
    return faults + ['nothing was acknowledged'] * (not log.acknowledged), len(missing), len(half)


def late(is_late, fault):
    """A fault of time, as a list of words. With FAULTS_TIMES=told the figures tell it, and nothing fails by it: on a machine
    that others use as well a slow minute is nobody's fault."""
    return [fault] if is_late and os.environ.get('FAULTS_TIMES') != 'told' else []


def skip(name, why):
    """For a machine that cannot break what is to be broken; the exit code says that nothing was shown."""
    print(f'skip {name}: {why}')
    sys.exit(77)


def need(name, *programs):
    for program in programs:
        if not shutil.which(program):
            skip(name, f'{program} is not installed')


def verdict(name, figures, faults):
    """The line that every program ends with; the exit code says whether it passed."""
    words = ', '.join(f'{value} {key}' for key, value in figures.items())
    print(f'{"ok  " if not faults else "FAIL"} {name}: {words}')
    for fault in faults:
        print('     ', fault)
    sys.exit(bool(faults))
