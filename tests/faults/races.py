"""C2, C3: two people edit the same thing: one wins, the other is told. A form sent several times at once, and cut off, writes
once and gets one answer."""

import argparse, collections, random, socket, threading, urllib.parse

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--pairs', type=int, default=50)
args.add_argument('--forms', type=int, default=200)
args = args.parse_args()


def at_once(acts):
    """What each act answers when all begin together."""
    gate, said = threading.Barrier(len(acts)), [None] * len(acts)

    def work(number):
        gate.wait()
        try:
            said[number] = acts[number]()
        except OSError:
            pass

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


with product.folder() as place:
    registry = product.Registry(place, cells=1, secretaries=2)
    cell = registry.cells[0]
    server = product.Server(registry)
    server.wait()
    log, faults = product.Log(), []
    people = [product.Visitor(server.port).sign_in(name) for name, _ in registry.secretaries]
    meeting = product.new_id()
    made = people[0].post(f'/units/{cell}/meetings', {
        'id': meeting, 'kind': 'thematic', 'held_on': product.today(), 'topic': 'Thử'})
    faults += [f'no meeting: {made.status}'] * (made.status != 303)
    edit = f'/meetings/{meeting}/edit'
    pairs = collections.Counter()
    for number in range(args.pairs):
        fields = people[0].form(edit, edit)
        answers = at_once([lambda who=who: people[who].post(edit, {**fields, 'topic': f'bản {number} của {who}'}) for who in (0, 1)])
        statuses = tuple(sorted(it.status if it else 0 for it in answers))
        pairs[statuses] += 1
        if statuses != (303, 409):
            faults.append(f'pair {number}: {statuses}')
            continue
        winner = 0 if answers[0].status == 303 else 1
        loser = answers[1 - winner].text
        stored = people[0].form(edit, edit)['topic']
        faults += [f'pair {number}: {stored}'] * (stored != f'bản {number} của {winner}')
        told = f'bản {number} của {winner}' in loser and f'bản {number} của {1 - winner}' in loser
        faults += [f'pair {number}: the second is not shown both texts'] * (not told)

    copies = 0
    for number in range(args.forms):
        key = product.new_id()
        amount = str(10**6 + number)
        fields = {'id': key, 'who': 'group', 'group': 'Tổ đảng số 1', 'work': '', 'kind': 'money', 'amount': amount,
                  'given_on': product.today(), 'note': '', 'action': 'save'}
        log.send(('contribution', key), amount)
        body = urllib.parse.urlencode(fields).encode()
        head = (f'POST /units/{cell}/contributions HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: http://127.0.0.1:{server.port}\r\n'
                f'Cookie: {people[0].cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n').encode()

        def cut():
            with socket.create_connection(('127.0.0.1', server.port), timeout=5) as client:
                client.sendall(head + body)

        def whole():
            visitor = product.Visitor(server.port)
            visitor.cookie = people[0].cookie
            answer = visitor.post(f'/units/{cell}/contributions', fields)
            visitor.hang_up()
            return answer

        acts = [cut if random.random() < 0.2 else whole for _ in range(random.randrange(1, 5))] + [whole]
        copies += len(acts)
        answers = [it for it in at_once(acts) if it]
        for it in answers:
            log.answer(('contribution', key), amount, it.status)
        told = {(it.status, it.headers.get('location')) for it in answers}
        faults += [f'form {number}: {told}'] * (len(told) != 1 or not all(status == 303 for status, _ in told))
    server.stop()
    more, missing, half = product.losses(registry, log)
    twice = registry.rows('SELECT amount_vnd FROM contribution GROUP BY amount_vnd HAVING count(*) > 1')
    faults += [f'written twice: {twice[:3]}'] * bool(twice) + more
    product.verdict('two at once', {
        'pairs of edits': args.pairs, 'with one winner and one told': pairs[303, 409], 'forms': args.forms, 'copies sent': copies,
        'written twice': len(twice), 'missing': missing}, faults)
