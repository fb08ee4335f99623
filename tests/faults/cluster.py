"""A PostgreSQL of our own for a fault program: a primary, standbys that follow it, and ports that lead to whichever of them is told."""

import contextlib, glob, os, shutil, socket, subprocess, threading, time

import product

found = sorted(glob.glob('/usr/lib/postgresql/*/bin'), key=lambda it: int(it.split('/')[4])) or [os.path.dirname(shutil.which('initdb') or '')]
BIN = found[-1]
if not BIN:
    product.skip('PostgreSQL', 'no server is installed')
AS = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] if os.getuid() == 0 else []


def pg(program, *words, check=True):
    return subprocess.run([*AS, os.path.join(BIN, program), *words], check=check, capture_output=True, text=True, cwd='/')


class Relay:
    """A port that leads to whichever server is told, and can be slow, cut or silent."""

    def __init__(self, target):
        self.target, self.delay, self.silent, self.pairs = target, 0.0, False, []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                far = socket.create_connection(('127.0.0.1', self.target), timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            self.pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _pump(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                while self.silent:
                    time.sleep(0.05)
                if self.delay:
                    time.sleep(self.delay)
                other.sendall(data)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Resets every connection."""
        pairs, self.pairs = self.pairs, []
        for side in (side for pair in pairs for side in pair):
            with contextlib.suppress(OSError):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
                side.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for data
                side.close()


class Cluster:
    """A primary and the synchronous standby that follows it."""

    def __init__(self, place):
        self.place, self.number, self.port = place, 0, product.free_port()
        self.running = []
        self.data = self._folder()
        pg('initdb', '-D', self.data, '-U', 'postgres', '-A', 'trust', '--data-checksums', '-E', 'UTF8', '--locale=C')
        with open(os.path.join(self.data, 'postgresql.conf'), 'a') as file:
            file.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = '{place}'\nwal_level = replica\n"
                       "max_wal_senders = 5\nhot_standby = on\nsynchronous_commit = on\nshared_buffers = 32MB\nmax_connections = 100\n")
        self._start(self.data)

    def _folder(self):
        self.number += 1
        return os.path.join(self.place, f'pg{self.number}')

    def _start(self, data):
        if pg('pg_ctl', '-D', data, '-l', data + '.log', '-w', 'start', check=False).returncode:
            with open(data + '.log') as log:
                raise SystemExit(f'PostgreSQL does not start: {log.read()[-600:]}')
        self.running.append(data)

    def sql(self, words, port=None, database='postgres'):
        out = pg('psql', '-h', '127.0.0.1', '-p', str(port or self.port), '-U', 'postgres', '-AtXc', words, database, check=False)
        return out.stdout.strip()

    def follow(self):
        """A new standby, caught up and synchronous."""
        self.standby, self.standby_port = self._folder(), product.free_port()
        slot = f's{self.number}'
        pg('pg_basebackup', '-h', '127.0.0.1', '-p', str(self.port), '-U', 'postgres', '-D', self.standby, '-R', '-X', 'stream', '-C', '-S', slot, '-c', 'fast')
        with open(os.path.join(self.standby, 'postgresql.conf'), 'a') as file:
            file.write(f'port = {self.standby_port}\n')
        # Before the standby is up a commit would wait for it: the name is told to the primary only afterwards.
        with open(os.path.join(self.standby, 'postgresql.auto.conf'), 'a') as file:
            file.write(f"primary_conninfo = 'user=postgres host=127.0.0.1 port={self.port} application_name={slot}'\nsynchronous_standby_names = ''\n")
        self._start(self.standby)
        self.sql(f"ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 ({slot})'")
        self.sql('SELECT pg_reload_conf()')
        while self.sql('SELECT sync_state FROM pg_stat_replication') != 'sync':
            time.sleep(0.1)

    def kill(self):
        """The primary's postmaster and, with it, everything it serves."""
        with open(os.path.join(self.data, 'postmaster.pid')) as file:
            postmaster = int(file.readline())
        with open(f'/proc/{postmaster}/task/{postmaster}/children') as file:
            children = [int(it) for it in file.read().split()]
        for process in (postmaster, *children):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, 9)
        # It is dead; where nobody reaps orphans it would pass for alive.
        os.remove(os.path.join(self.data, 'postmaster.pid'))
        for lock in glob.glob(os.path.join(self.place, f'.s.PGSQL.{self.port}*')):
            os.remove(lock)
        self.running.remove(self.data)

    def promote(self):
        self.old, self.old_port = self.data, self.port
        pg('pg_ctl', '-D', self.standby, '-w', 'promote')
        self.data, self.port = self.standby, self.standby_port

    def stop(self):
        for data in self.running:
            pg('pg_ctl', '-D', data, '-m', 'immediate', 'stop', check=False)
