"""D1: SIGKILL under concurrent writers, again and again. Every write that was answered is there afterwards, once, with its entry."""

import argparse, random, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--kills', type=int, default=25)
args.add_argument('--writers', type=int, default=8)
args = args.parse_args()

with product.folder() as place:
    registry = product.Registry(place, cells=args.writers)
    server = product.Server(registry)
    server.wait()
    log = product.Log()
    writers = product.Writers(registry, server.port, log)
    began, slowest = time.time(), 0.0
    for _ in range(args.kills):
        time.sleep(random.uniform(0.05, 0.4))
        server.kill()
        server = product.Server(registry, port=server.port)
        slowest = max(slowest, server.wait())
    writers.stop()
    code, _ = server.stop()
    seconds = time.time() - began
    faults, missing, half = product.losses(registry, log)
    faults += [f'exit {code}'] * (code != 0) + product.late(slowest > 2, f'a start took {slowest:.1f} s')
    product.verdict('killed while writing', {
        'kills': args.kills, 'writes acknowledged': log.statuses[303], 'missing': missing, 'half done': half,
        's for the slowest start': f'{slowest:.2f}', 's in all': f'{seconds:.0f}'}, faults)
