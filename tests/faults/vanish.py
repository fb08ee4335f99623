"""D7: clients vanish in the middle of their requests. The server stays well, and nothing is half done."""

import argparse, random, socket, struct, threading, time, urllib.parse

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--requests', type=int, default=500)
args = args.parse_args()
WORKERS = 16

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    server = product.Server(registry)
    server.wait()
    log = product.Log()
    visitor = product.Visitor(server.port).sign_in(registry.secretaries[0][0])

    def vanish(number):
        key = product.new_id()
        log.send(('contribution', key), str(10**6 + number))
        body = urllib.parse.urlencode({
            'id': key, 'who': 'group', 'group': 'Tổ đảng số 1', 'work': '', 'kind': 'money', 'amount': str(10**6 + number),
            'given_on': product.today(), 'note': '', 'action': 'save'}).encode()
        head = (f'POST /units/{registry.cells[0]}/contributions HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n'
                f'Origin: http://127.0.0.1:{server.port}\r\nCookie: {visitor.cookie}\r\n'
                f'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n').encode()
        whole = head + body
        if number % 5 == 0:
            whole = whole[:random.randrange(len(whole))]
        with socket.create_connection(('127.0.0.1', server.port), timeout=5) as client:
            client.sendall(whole)
            time.sleep(random.uniform(0, 0.02))
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))  # close with RST

    def work(worker):
        for number in range(worker, args.requests, WORKERS):
            try:
                vanish(number)
            except OSError:
                pass

    workers = [threading.Thread(target=work, args=(number,)) for number in range(WORKERS)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    writer = product.Writer(visitor, registry.cells[0], log, 1)
    healthy = sum(writer.give().status == 303 for _ in range(20))
    code, _ = server.stop()
    landed = int(registry.rows("SELECT count(*) FROM contribution WHERE amount_vnd >= 1000000")[0][0])
    faults, _, half = product.losses(registry, log)
    faults += [f'{healthy} of 20 written afterwards'] * (healthy != 20) + [f'exit {code}'] * (code != 0)
    faults += ['no write landed: nothing was tested'] * (landed == 0)
    product.verdict('clients that vanish', {
        'requests cut off': args.requests, 'of them landed': landed, 'half done': half, 'of 20 written afterwards': healthy}, faults)
