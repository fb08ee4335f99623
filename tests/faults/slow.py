"""D9: slow clients, with half heads and half forms, beside people who work. These wait for nothing; the slow are hung up on."""

import argparse, contextlib, select, socket, statistics, threading, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--slow', type=int, default=100)
args.add_argument('--people', type=int, default=20)
args.add_argument('--seconds', type=int, default=16)
args = args.parse_args()
FORM = b'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nl'

with product.folder() as place:
    registry = product.Registry(place, cells=args.people)
    server = product.Server(registry)
    server.wait()
    people = [product.Visitor(server.port).sign_in(name) for name, _ in registry.secretaries]
    began = time.time()
    slow = {}
    for number in range(args.slow):
        client = socket.create_connection(('127.0.0.1', server.port))
        client.sendall(FORM if number % 2 else b'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
        slow[client] = time.time()
    waits, statuses, lock, open_for = [], set(), threading.Lock(), []

    def work(number):
        while time.time() - began < args.seconds:
            asked = time.time()
            page = people[number].get(f'/units/{registry.cells[number]}/members')
            with lock:
                waits.append(time.time() - asked)
                statuses.add(page.status)
            time.sleep(0.05)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(args.people)]
    for thread in threads:
        thread.start()
    while slow and time.time() - began < args.seconds:
        # A byte now and then keeps nobody's place.
        for client in list(slow):
            with contextlib.suppress(OSError):
                client.send(b'x')
        ready, _, _ = select.select(list(slow), [], [], 1)
        for client in ready:
            with contextlib.suppress(OSError):
                if client.recv(4096):
                    continue
            open_for.append(time.time() - slow.pop(client))
            client.close()
    for thread in threads:
        thread.join()
    code, _ = server.stop()
    last = statistics.quantiles(waits, n=100)[98]
    faults = [f'{len(slow)} slow connections are open after {args.seconds} s'] * bool(slow) + [f'exit {code}'] * (code != 0)
    faults += [f'people are answered {statuses}'] * (statuses != {200}) + product.late(last > 0.5, f'p99 {last * 1000:.0f} ms')
    product.verdict('slow clients', {
        'slow connections': args.slow, 's for the last to be hung up on': f'{max(open_for, default=0):.1f}',
        'pages for others': len(waits), 'ms p50': f'{statistics.median(waits) * 1000:.0f}', 'ms p99': f'{last * 1000:.0f}'}, faults)
