"""B1, B2: backups while secretaries write, brought back elsewhere: whatever was acknowledged before one began is in it, and its
sign-ins open nothing. Backups that were cut or have a bit turned are refused in words."""

import argparse, copy, os, random, time

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--times', type=int, default=2)
args.add_argument('--damaged', type=int, default=20)
args = args.parse_args()

with product.folder() as place:
    registry = product.Registry(place, cells=4)
    server = product.Server(registry)
    server.wait()
    log, faults, seconds, missing, refused = product.Log(), [], [], 0, 0
    writers = product.Writers(registry, server.port, log)
    for number in range(args.times):
        time.sleep(random.uniform(0.3, 1))
        with log.lock:
            before = copy.deepcopy(log.acknowledged)
        file, home = os.path.join(place, f'backup-{number}.db'), os.path.join(place, f'home-{number}')
        registry.run('backup', file)
        os.mkdir(home)
        began = time.time()
        elsewhere = copy.copy(registry)
        elsewhere.place, elsewhere.database = home, os.path.join(home, 'registry.db')
        done = elsewhere.run('restore', file, fine=False)
        seconds.append(time.time() - began)
        if done.returncode != 0:
            faults.append(f'not brought back: {done.stderr}')
            continue
        then = product.Log()
        then.acknowledged = before
        with log.lock:
            then.sent = copy.deepcopy(log.sent)
        gone, half = product.lost(elsewhere, then)
        missing += len(gone)
        faults += [f'missing in backup {number}: {it}' for it in gone[:3]] + [f'half done: {it}' for it in half[:3]]
        faults += elsewhere.check()
        faults += ['a sign-in came along'] * (elsewhere.rows('SELECT count(*) FROM session') != [('0',)])
    writers.stop()
    server.stop()
    with open(file, 'rb') as it:
        whole = it.read()
    target = os.path.join(place, 'damaged.db')
    for number in range(args.damaged):
        data = bytearray(whole)
        if number % 2:
            at = random.randrange(len(data))
            data[at] ^= 1 << random.randrange(8)
        else:
            del data[len(data) * number // args.damaged:]
        damaged = os.path.join(place, f'damaged-{number}.db')
        with open(damaged, 'wb') as it:
            it.write(data)
        for ending in ('.key', '.sha256'):
            with open(file + ending, 'rb') as source, open(damaged + ending, 'wb') as it:
                it.write(source.read())
        elsewhere = copy.copy(registry)
        elsewhere.place, elsewhere.database = place, target
        done = elsewhere.run('restore', damaged, fine=False)
        refused += done.returncode == 1 and bool(done.stderr.strip()) and not os.path.exists(target)
        faults += [f'damage {number} was taken: {done.stdout}'] * (done.returncode != 1)
        faults += [f'damage {number} left a registry behind'] * os.path.exists(target)
    more, lost, half = product.losses(registry, log)
    product.verdict('backed up and brought back', {
        'backups under writes': args.times, 'writes acknowledged': log.statuses[303], 'missing in them': missing,
        's to bring one back': f'{max(seconds):.2f}', 'damaged': args.damaged, 'refused': refused}, faults + more)
