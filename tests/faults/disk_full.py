"""D3: the disk fills up and is freed again, without a restart: a page in words, reads go on, nothing is lost, writing goes on."""

import argparse, os, subprocess, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--fills', type=int, default=1)
args = args.parse_args()
NAME = 'disk full'


def mount(*words):
    return subprocess.run(['mount', *words], capture_output=True).returncode == 0


with product.folder() as place:
    disk = os.path.join(place, 'disk')
    os.mkdir(disk)
    if not mount('-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk):
        product.skip(NAME, 'a file system can be mounted by root only')
    try:
        registry = product.Registry(disk, cells=1)
        log, faults, refused, slowest = product.Log(), [], 0, 0.0
        server = product.Server(registry)
        server.wait()
        visitor = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
        writer = product.Writer(visitor, registry.cells[0], log, 1)
        for fill in range(args.fills):
            used = int(subprocess.run(['du', '-sk', disk], capture_output=True, text=True).stdout.split()[0])
            mount('-o', f'remount,size={used + 64 + 37 * fill}k', disk)
            answer, tries = None, 0
            while (answer is None or answer.status == 303) and tries < 5000:
                answer, tries = writer.give(), tries + 1
            said = answer.text
            faults += [f'fill {fill}: the disk never filled up'] * (answer.status == 303)
            faults += [f'fill {fill}: {answer.status}'] * (answer.status not in (303, 503, 507))
            faults += [f'fill {fill}: the page does not say why'] * ('<html' not in said or 'Ổ đĩa của máy chủ đã đầy' not in said)
            for _ in range(5):
                refused += writer.say().status != 303
            read = visitor.get(f'/units/{registry.cells[0]}/contributions')
            faults += [f'fill {fill}: reading is answered {read.status}'] * (read.status != 200)
            mount('-o', 'remount,size=64m', disk)
            began = time.time()
            while writer.give().status != 303 and time.time() - began < 10:
                time.sleep(0.02)
            slowest = max(slowest, time.time() - began)
        faults += product.late(slowest > 1, f'writing again after {slowest:.1f} s') + ['the server ended'] * (not server.alive())
        server.stop()
        more, missing, half = product.losses(registry, log)
        product.verdict(NAME, {
            'fills': args.fills, 'writes acknowledged': log.statuses[303], 'writes refused': sum(log.statuses.values()) - log.statuses[303],
            'missing': missing, 'half done': half, 's until it writes again': f'{slowest:.2f}'}, faults + more)
    finally:
        subprocess.run(['umount', disk], capture_output=True)
