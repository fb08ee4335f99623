"""D4, D5: the disk fails: at random, and at the nth call for every n. What was answered is stored, nothing is half done,
the next write works, and the program lives. A file that may only be read is one of the faults (EROFS for every write)."""

import argparse, errno, http.client, os, subprocess

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--writes', type=int, default=300, help='for each kind of random fault')
args.add_argument('--last', type=int, default=40, help='the nth call, up to this one')
args.add_argument('--step', type=int, default=10)
args = args.parse_args()
NAME = 'disk errors'
product.need(NAME, 'cc')

RANDOM = {
    'fsync fails, 5 in 100': f'fsync {errno.EIO} 0 50',
    'write says full, 2 in 100': f'write {errno.ENOSPC} 0 20',
    'half a write, 5 in 100': 'write 0 0 50',
    'write fails, 2 in 100': f'write {errno.EIO} 0 20',
}

with product.folder() as place:
    shim, control = os.path.join(place, 'disk.so'), os.path.join(place, 'control')
    subprocess.run(['cc', '-shared', '-fPIC', '-O1', '-o', shim, os.path.join(product.HERE, 'disk.c'), '-ldl'], check=True)
    registry = product.Registry(place, cells=1)
    env = {'LD_PRELOAD': shim, 'FAULTS_CONTROL': control, 'FAULTS_MATCH': '/registry.db'}

    def say(text):
        """In one step: a control that is read half would fail nothing."""
        with open(control + '.new', 'w') as file:
            file.write(text)
        os.rename(control + '.new', control)

    say('')
    server = product.Server(registry, env=env)
    server.wait()
    log, faults = product.Log(), []
    visitor = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
    writer = product.Writer(visitor, registry.cells[0], log, 1)

    def attempt(act):
        """Whether it was answered 303; a connection that breaks is no answer."""
        try:
            answer = act()
            if answer is not None and answer.status >= 500 and '<html' not in answer.text:
                faults.append(f'{answer.status} without a page')
            return answer is not None and answer.status == 303
        except (OSError, http.client.HTTPException):
            return False

    for kind, fault in RANDOM.items():
        say(fault)
        fine = sum(attempt(writer.write) for _ in range(args.writes))
        say('')
        again = [attempt(writer.give) for _ in range(3)]
        print(f'     {kind}: {fine} of {args.writes} acknowledged, then {sum(again)} of 3')
        faults += [f'{kind}: does not write again'] * (again[1:] != [True, True])
        faults += [f'{kind}: the server ended'] * (not server.alive())
        if not server.alive():
            break

    runs = 0
    for function, error in (('write', errno.ENOSPC), ('fsync', errno.EIO)):
        for nth in range(1, args.last + 1, args.step):
            say(f'{function} {error} {nth} 0')
            for _ in range(20 if nth <= 40 else nth // 2):
                attempt(writer.give)
            say('')
            runs += 1
            again = [attempt(writer.give) for _ in range(2)]
            faults += [f'{function} {nth}: does not write again'] * (not again[1])

    say(f'write {errno.EROFS} 0 1000')
    refused = [attempt(writer.give) for _ in range(2)]
    said = writer.say().text
    read = visitor.get(f'/units/{registry.cells[0]}/contributions').status
    say('')
    again = [attempt(writer.give) for _ in range(2)]
    faults += ['read-only: the page does not say why'] * ('Ổ đĩa của máy chủ' not in said)
    faults += [f'read-only: {refused} {read} {again}'] * (any(refused) or read != 200 or not again[1])

    alive = server.alive()
    if alive:
        server.stop()
    more, missing, half = product.losses(registry, log)
    product.verdict(NAME, {
        'writes acknowledged': log.statuses[303], 'answers that refuse': sum(log.statuses.values()) - log.statuses[303],
        'single faults': runs, 'missing': missing, 'half done': half}, faults + more + ['the server ended'] * (not alive))
