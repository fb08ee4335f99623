"""M1, D3: an upgrade, a restore, an import, a backup and a copy are killed at random moments and at each call that gives or takes
a name, or meet a full disk. Afterwards there is the state before or the whole of the state after, `haichieu check` is clean, the
same command again comes to its end, and nothing that is half done bears a good name or stands in the way."""

import argparse, collections, contextlib, hashlib, os, random, re, shutil, sqlite3, subprocess, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('operations', nargs='*', help='upgrade, restore, replace, exchange, import, backup, copy; all where none is named')
args.add_argument('--kills', type=int, default=10, help='at random moments, of each')
args.add_argument('--step', type=int, default=1, help='kill at every nth call that waits for the disk; 0 at none')
args.add_argument('--disks', type=int, default=5, help='sizes of a disk that is too small, of each')
args.add_argument('--people', type=int, default=2000, help='on the list that is brought in')
args.add_argument('--seed', type=int, default=1)
args = args.parse_args()
chance = random.Random(args.seed)
FIXTURES = os.path.join(product.HERE, '..', 'fixtures')
CALLS = 'rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,fdatasync,ftruncate'
# What says nothing of what a registry is about: doors, the trail (which `check` walks), files on this machine.
PASSING = {'session', 'half_session', 'one_time_link', 'sign_in_failure', 'backup', 'audit_entry', 'audit_seal', 'audit_unsealed',
           'rate_count', '_sqlx_migrations'}


def content(file):
    """What stands in each table, read in a copy so that nothing is touched; none where there is no registry yet."""
    if not os.path.exists(file) or os.path.getsize(file) == 0:
        return None
    with product.folder() as scratch, contextlib.ExitStack() as stack:
        copy = os.path.join(scratch, 'copy.db')
        for ending in ('', '-wal'):
            if os.path.exists(file + ending):
                shutil.copy(file + ending, copy + ending)
        it = stack.enter_context(contextlib.closing(sqlite3.connect(copy)))
        sound = it.execute('PRAGMA integrity_check').fetchall()
        if sound != [('ok',)]:
            return f'not sound: {sound[0]}'
        tables = [name for (name,) in it.execute("SELECT name FROM sqlite_schema WHERE type = 'table'") if name not in PASSING]
        rows = {name: sorted(map(repr, it.execute(f'SELECT * FROM "{name}"'))) for name in tables}
        return {name: (len(them), hashlib.sha256(''.join(them).encode()).hexdigest()[:12]) for name, them in rows.items() if them}


def counts(found):
    return found if not isinstance(found, dict) else {name: number for name, (number, _) in found.items()}


def copy_registry(source, target):
    for ending in ('', '-wal', '.key'):
        if os.path.exists(source + ending):
            shutil.copy(source + ending, target + ending)


class Operation:
    """One command in a folder of its own. `base` holds what it starts from."""

    # Names that may lie in the folder when all is done.
    leaves = r'registry\.db(\.key|\.lock)?'
    registries = ('registry.db',)

    def __init__(self, base):
        self.base = base

    def prepare(self, home):
        copy_registry(self.base, self.file(home))

    def file(self, home):
        """The registry that `check` looks at."""
        return os.path.join(home, 'registry.db')

    def state(self, home):
        return content(self.file(home))

    def words(self, home, again=False):
        raise NotImplementedError

    def run(self, home, again=False, **more):
        return subprocess.run([product.binary(), *self.words(home, again)], cwd=home, text=True, capture_output=True, timeout=300, **more)

    def is_done(self, done):
        return done.returncode == 0

    def good_names(self, home):
        """Databases that say by their name that they are whole."""
        return [it for it in os.listdir(home) if re.fullmatch(r'registry\.db\.(before|replaced)-[\d-]+(\.db)?', it)]


class Upgrade(Operation):
    """Of the registry that the first release left."""
    leaves = r'registry\.db(\.key|\.lock|\.before-[\d-]+\.db)?'

    def words(self, home, again=False):
        return ['--database', self.file(home), 'account', 'list']

    def state(self, home):
        # Each migration is a step of its own: what people wrote is there on each.
        found = content(self.file(home))
        names = ('member', 'residence', 'meeting', 'attendance', 'contribution', 'account', 'unit')
        return {name: found[name][0] for name in names if name in found} if isinstance(found, dict) else found


class Restore(Operation):
    """Into a place where nothing is."""
    leaves = r'registry\.db(\.key|\.lock|\.replaced-[\d-]+(\.key)?)?'
    backup = None

    def prepare(self, home):
        pass

    def words(self, home, again=False):
        return ['--database', self.file(home), 'restore', self.backup] + ['--replace'] * (again and os.path.exists(self.file(home)))


class Replace(Restore):
    """Over the registry that it was made of, which went on since."""

    def prepare(self, home):
        copy_registry(self.base, self.file(home))

    def words(self, home, again=False):
        return ['--database', self.file(home), 'restore', self.backup, '--replace']


class Exchange(Replace):
    """Over another registry, with another key."""


class Import(Operation):
    list = None

    def words(self, home, again=False):
        return ['--database', self.file(home), 'import', 'members', self.list, '--cell', 'cell-0']

    def state(self, home):
        return counts(content(self.file(home)))

    def is_done(self, done):
        return done.returncode == 0 or 'tệp này đã nhập' in done.stderr


class Backup(Operation):
    leaves = r'(registry\.db|backup\.db)(\.key|\.lock|\.sha256)?'

    def words(self, home, again=False):
        return ['--database', self.file(home), 'backup', os.path.join(home, 'backup.db')]

    def state(self, home):
        file = os.path.join(home, 'backup.db')
        if not os.path.exists(file):
            return None
        # What bears the name can be brought back.
        with product.folder() as elsewhere:
            target = os.path.join(elsewhere, 'registry.db')
            done = subprocess.run([product.binary(), '--database', target, 'restore', file], text=True, capture_output=True)
            return content(target) if done.returncode == 0 else done.stderr

    def is_done(self, done):
        return done.returncode == 0 or 'đã có tệp' in done.stderr and 'backup.db;' in done.stderr


class Copy(Operation):
    leaves = r'(registry\.db|other\.db)(\.key|\.lock)?'
    registries = ('registry.db', 'other.db')

    def words(self, home, again=False):
        return ['--database', self.file(home), 'copy', '--to', os.path.join(home, 'other.db')]

    def state(self, home):
        # A schema without a row is as good as nothing: the next copy goes into it.
        return content(os.path.join(home, 'other.db')) or None

    def is_done(self, done):
        return done.returncode == 0 or 'đã có dữ liệu' in done.stderr


def check(file):
    done = subprocess.run([product.binary(), '--database', file, 'check'], text=True, capture_output=True, timeout=300)
    return [] if done.returncode == 0 else [(done.stderr.strip() or done.stdout.strip())[-300:]]


class Trial:
    """What came of one operation that was interrupted."""

    def __init__(self, operation, before, after):
        self.operation, self.before, self.after = operation, before, after
        self.told = collections.Counter()

    def judge(self, home):
        """Faults, as words. What is there is finished by the same command."""
        it, faults = self.operation, []
        found = it.state(home)
        if found == self.after:
            self.told['after'] += 1
        elif found == self.before:
            self.told['before'] += 1
        else:
            faults.append(f'neither before nor after: {str(found)[:300]}')
        for name in it.good_names(home):
            inside = content(os.path.join(home, name))
            faults += [f'{name} is half done: {inside}'] * (not isinstance(inside, dict) or not inside.get('member'))
        # Where nobody looks at it in between, too.
        if chance.random() < 0.5 and os.path.exists(it.file(home)):
            wrong = check(it.file(home))
            # The one moment that is told of, not hidden: the new registry is there, its key not yet.
            if wrong and isinstance(it, Exchange) and 'khóa' in wrong[0]:
                self.told['without its key'] += 1
            else:
                faults += wrong
        done = it.run(home, again=True)
        if not it.is_done(done):
            faults.append(f'again: exit {done.returncode}: {done.stderr.strip()[-200:]}')
        found = it.state(home)
        faults += [f'again, and it is not done: {str(found)[:200]}'] * (found != self.after)
        faults += [f'again, and then: {why}' for name in it.registries for why in check(os.path.join(home, name))]
        left = [name for name in os.listdir(home) if not re.fullmatch(it.leaves, name)]
        return faults + [f'left behind: {left}'] * bool(left)


def whole(operation, place):
    """The states before and after, and how long it takes when nobody comes in between."""
    home = os.path.join(place, 'whole')
    os.mkdir(home)
    operation.prepare(home)
    before, began = operation.state(home), time.time()
    done = operation.run(home)
    seconds = time.time() - began
    if done.returncode != 0:
        raise SystemExit(f'{type(operation).__name__}: {done.stderr}')
    after = operation.state(home)
    if after == before and not isinstance(operation, (Upgrade, Replace)):
        raise SystemExit(f'{type(operation).__name__}: it does nothing')
    shutil.rmtree(home)
    return before, after, seconds


@contextlib.contextmanager
def attempt(operation, place):
    home = os.path.join(place, 'home')
    os.mkdir(home)
    operation.prepare(home)
    try:
        yield home
    finally:
        if os.environ.get('KEEP') and os.path.exists(home):
            shutil.copytree(home, os.path.join(place, f'home-{time.time():.3f}'))
        shutil.rmtree(home)


def killed(operation, trial, place, seconds):
    """At random moments."""
    faults, reached = [], 0
    for _ in range(args.kills):
        with attempt(operation, place) as home:
            process = subprocess.Popen([product.binary(), *operation.words(home)], cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(chance.uniform(0, seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                reached += 1
            process.wait()
            faults += trial.judge(home)
    return reached, faults


def calls_of(operation, place):
    """How often it makes each of the calls, in the thread that makes most of them."""
    trace = os.path.join(place, 'trace')
    with attempt(operation, place) as home:
        subprocess.run(['strace', '-f', '-qq', '-o', trace, '-e', f'trace={CALLS}', product.binary(), *operation.words(home)],
                       cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    with open(trace) as lines:
        made = collections.Counter(tuple(found.groups()) for found in map(re.compile(r'(\d+) +(\w+)\(').match, lines) if found)
    return {call: max(count for (_, other), count in made.items() if other == call) for call in sorted({call for _, call in made})}


def killed_at_calls(operation, trial, place):
    """As it is about to make the nth call of a kind in a thread, for every n: what lies between two calls that give a name is too
    short to be met at random."""
    faults, reached = [], 0
    for call, most in calls_of(operation, place).items():
        # The few that change names are all tried.
        for number in range(1, most + 1, args.step if call.startswith('f') else 1):
            with attempt(operation, place) as home:
                words = ['strace', '-f', '-qq', '-o', os.devnull, '-e', f'trace={call}', '-e', f'inject={call}:signal=SIGKILL:when={number}',
                         product.binary(), *operation.words(home)]
                code = subprocess.run(words, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300).returncode
                reached += code not in (0, 1)
                faults += [f'at {call} {number}: {it}' for it in trial.judge(home)]
    return reached, faults


def on_small_disks(operation, trial, place):
    """On a disk with less and less room beside what is there, which is then made larger."""
    disk, faults, refused = os.path.join(place, 'disk'), [], 0
    mount = lambda *words: subprocess.run(['mount', *words], capture_output=True).returncode == 0
    os.mkdir(disk)
    if args.disks and not mount('-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', disk):
        return None, []
    used = lambda: int(subprocess.run(['du', '-sk', disk], capture_output=True, text=True).stdout.split()[0])
    try:
        with attempt(operation, disk) as home:
            start = used()
            operation.run(home)
            # What it leaves; on its way it needs as much again.
            most = max(used() - start, 64) * 2
        for number in range(args.disks):
            with attempt(operation, disk) as home:
                room = 4 + most * number // args.disks
                mount('-o', f'remount,size={used() + room}k', disk)
                done = operation.run(home)
                mount('-o', 'remount,size=512m', disk)
                refused += done.returncode != 0
                # An end by a signal, or a panic, is no answer.
                if done.returncode not in (0, 1) or 'panicked' in done.stderr or done.returncode == 1 and not done.stderr.strip():
                    faults.append(f'{room} KiB: exit {done.returncode}: {done.stderr[-200:]}')
                faults += [f'{room} KiB: {it}' for it in trial.judge(home)]
    finally:
        if args.disks:
            subprocess.run(['umount', disk], capture_output=True)
    return refused, faults


def bases(place):
    """What the operations start from."""
    made = {}
    os.mkdir(os.path.join(place, 'ward'))
    registry = product.Registry(os.path.join(place, 'ward'), cells=4, people=100)
    server = product.Server(registry)
    server.wait()
    server.stop()
    old = os.path.join(place, 'old.db')
    with contextlib.closing(sqlite3.connect(old)) as file, open(os.path.join(FIXTURES, 'schema-0021.sqlite.sql'), encoding='utf-8') as sql:
        file.executescript(sql.read())
    shutil.copy(os.path.join(FIXTURES, 'schema-0021.key'), old + '.key')
    made['upgrade'] = Upgrade(old)
    Restore.backup = os.path.join(place, 'backup.db')
    registry.run('backup', Restore.backup)
    registry.run('account', 'add', 'late', '--display-name', 'Late', typed=product.PASSWORD + '\n')
    made['restore'], made['replace'] = Restore(registry.database), Replace(registry.database)
    os.mkdir(os.path.join(place, 'other'))
    other = product.Registry(os.path.join(place, 'other'), cells=1, people=30)
    made['exchange'] = Exchange(other.database)
    Import.list = os.path.join(place, 'danh-sach.csv')
    with open(Import.list, 'w', encoding='utf-8') as file:
        file.write('TT;Họ và tên;Giới tính;Năm sinh;Điện thoại\n')
        for number in range(args.people):
            given = ''.join(chance.choice('bcdghklmnt') + chance.choice('aeiou') for _ in range(4)).capitalize()
            file.write(f'{number + 1};Phạm Văn {given};Nam;{1950 + number % 50};09{number:08}\n')
    for name, kind in (('import', Import), ('backup', Backup), ('copy', Copy)):
        made[name] = kind(registry.database)
    return made


with product.folder() as place:
    made = bases(place)
    chosen = args.operations or list(made)
    total, faults, notes = collections.Counter(), [], []
    has_strace = bool(shutil.which('strace'))
    for name in chosen:
        operation = made[name]
        before, after, seconds = whole(operation, place)
        trial = Trial(operation, before, after)
        kills, more = killed(operation, trial, place, seconds)
        calls, of_calls = killed_at_calls(operation, trial, place) if has_strace and args.step else (0, [])
        room = os.path.join(place, f'room-{name}')
        os.mkdir(room)
        full, of_disks = on_small_disks(operation, trial, room)
        more = more + of_calls + of_disks
        print(f'     {name}: {seconds:.2f} s whole, {kills} kills at random, {calls} at calls, {"no" if full is None else full} full disks; '
              + ', '.join(f'{count} × {what}' for what, count in sorted(trial.told.items())) + f', {len(more)} faults', flush=True)
        total.update(kills=kills, calls=calls, disks=full or 0)
        faults += [f'{name}: {it}' for it in more]
        notes += ['disks are mounted by root only'] * (full is None)
    for note in sorted(set(notes + ['strace is not installed'] * (not has_strace))):
        print('     not tried:', note)
    product.verdict('interrupted', {
        'operations': len(chosen), 'killed at random': total['kills'], 'killed at calls': total['calls'], 'full disks': total['disks'],
        'half done': len(faults)}, faults[:40])
