"""D8: SIGTERM under load, with connections that are silent, or have sent half a head or half a form. Requests under way are
answered, the program ends well within its limit, and no write-ahead log is left."""

import argparse, os, socket, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--times', type=int, default=1)
args = args.parse_args()
HALVES = (b'', b'GET / HTTP/1.1\r\nHos', b'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n'
          b'Content-Length: 100\r\n\r\nlogin=')

with product.folder() as place:
    registry = product.Registry(place, cells=4)
    log, faults, slowest = product.Log(), [], 0.0
    for _ in range(args.times):
        server = product.Server(registry)
        server.wait()
        lazy = []
        for half in HALVES * 10:
            client = socket.create_connection(('127.0.0.1', server.port))
            client.sendall(half)
            lazy.append(client)
        writers = product.Writers(registry, server.port, log)
        time.sleep(0.5)
        code, seconds = server.stop(60)
        writers.stop()
        for client in lazy:
            client.close()
        slowest = max(slowest, seconds)
        faults += [f'exit {code} after {seconds:.1f} s'] * (code != 0 or seconds > 11)
        faults += ['a write-ahead log is left'] * os.path.exists(registry.database + '-wal')
    more, missing, half = product.losses(registry, log)
    product.verdict('told to stop under load', {
        'times': args.times, 's for the slowest end': f'{slowest:.1f}', 'writes acknowledged': log.statuses[303],
        'missing': missing, 'half done': half}, faults + more)
