"""The program under test: started, signed in to, asked, and watched."""

import http.client
import os
import re
import socket
import subprocess
import time
import urllib.parse


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Server:
    def __init__(self, binary, database, log):
        self.port = free_port()
        self.root = f"http://127.0.0.1:{self.port}"
        limits = {
            "HAICHIEU_REQUESTS_PER_MINUTE": "100000000",
            "HAICHIEU_EXPORTS_PER_HOUR": "100000",
            "HAICHIEU_IMPORTS_PER_HOUR": "100000",
        }
        self.log = open(log, "wb")
        start = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "--database", database, "serve", "--listen", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log, env={**os.environ, **limits})
        self.started_in = self.first_page(start)

    def first_page(self, start):
        """Milliseconds from the start of the process to its first page."""
        while True:
            if self.process.poll() is not None:
                raise SystemExit(f"the server ended: see {self.log.name}")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("GET", "/sign-in")
                if connection.getresponse().status == 200:
                    return (time.perf_counter() - start) * 1000
            except ConnectionRefusedError:
                time.sleep(0.0005)

    def memory(self):
        """Resident MiB now, and at most so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            text = status.read()
        find = lambda name: int(re.search(name + r":\s+(\d+)", text)[1]) / 1024
        return find("VmRSS"), find("VmHWM")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)


class Visitor:
    """A browser with one connection, which it keeps."""

    def __init__(self, server, login, password):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        self.cookie, self.used, self.first_byte = None, 0, 0
        start = time.perf_counter()
        answer, _ = self.post("/sign-in", {"login": login, "password": password, "next": ""})
        self.signed_in_in = (time.perf_counter() - start) * 1000
        given = answer.headers.get_all("Set-Cookie") or []
        cookies = [it.split(";")[0] for it in given]
        if answer.status != 303 or not cookies:
            raise SystemExit(f"{login} is not let in: {answer.status}")
        self.cookie = "; ".join(cookies)

    def ask(self, method, path, body=None, headers=None):
        # The server hangs up on a connection that nothing was asked on for a while.
        if time.monotonic() - self.used > 2:
            self.connection.close()
        self.connection.request(method, path, body, {**self.headers(), **(headers or {})})
        answer = self.connection.getresponse()
        self.first_byte = time.perf_counter()
        body = answer.read()
        self.used = time.monotonic()
        return answer, body

    def headers(self):
        return {"Cookie": self.cookie} if self.cookie else {}

    def get(self, path):
        answer, body = self.ask("GET", path)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {answer.headers.get('Location')}")
        return body.decode()

    def post(self, path, fields):
        body = urllib.parse.urlencode(fields)
        kind = "application/x-www-form-urlencoded"
        return self.ask(
            "POST", path, body, {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"})

    def once(self, path):
        """Milliseconds of one request."""
        start = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - start) * 1000

    def time(self, path, times):
        """Milliseconds of the median request, after one that warms."""
        self.get(path)
        took = [self.once(path) for _ in range(times)]
        return sorted(took)[len(took) // 2]

    def load(self, path, seconds):
        """Requests a second of wrk with one thread and sixteen connections."""
        done = subprocess.run(
            ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", f"Cookie: {self.cookie}",
             self.server.root + path],
            stdout=subprocess.PIPE, check=True).stdout.decode()
        if "Non-2xx" in done or "Socket errors" in done:
            raise SystemExit(f"{path}: {done}")
        return float(re.search(r"Requests/sec:\s+([0-9.]+)", done)[1])


def field(page, name):
    """The value of a hidden field."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    return re.search(r'value="([^"]*)"', tag[0])[1] if tag else ""
