"""T1: the clock is set back and forth. Sign-ins end early at worst and never revive, the trail keeps its order, and the year of a
meeting is that of its record."""

import argparse, os

import product

args = argparse.ArgumentParser(description=__doc__).parse_args()
NAME = 'the clock is set'
product.need(NAME, 'faketime')
STEPS = ['-2d', '+0d', '+400d', '-400d', '+13h', '+0d']

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    cell = registry.cells[0]
    log, faults, cookies = product.Log(), [], []
    stamp = os.path.join(place, 'clock')

    def set_clock(offset):
        with open(stamp, 'w') as file:
            file.write(offset)

    set_clock('+0d')
    library = next((path for path in ('/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
                                      '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1') if os.path.exists(path)), None)
    if library is None:
        product.skip(NAME, 'libfaketime is not where Debian puts it')
    env = {'LD_PRELOAD': library, 'FAKETIME_TIMESTAMP_FILE': stamp, 'FAKETIME_NO_CACHE': '1', 'FAKETIME_DONT_FAKE_MONOTONIC': '1'}
    server = product.Server(registry, env=env)
    server.wait()

    def is_in(cookie):
        visitor = product.Visitor(server.port)
        visitor.cookie = cookie
        return visitor.get(f'/units/{cell}/members').status == 200

    ended, checked = set(), 0
    for step in STEPS:
        set_clock(step)
        for cookie in cookies:
            inside = is_in(cookie)
            checked += 1
            faults += [f'{step}: a sign-in that had ended opens again'] * (inside and cookie in ended)
            if not inside:
                ended.add(cookie)
        visitor = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
        faults += [f'{step}: a sign-in of this moment does not open'] * (not is_in(visitor.cookie))
        writer = product.Writer(visitor, cell, log, 1)
        answers = [writer.say().status for _ in range(3)]
        # A day that has not come yet by the clock of the server is refused as a day to come.
        faults += [f'{step}: {answers}'] * (not set(answers) <= {303, 422})
        cookies.append(visitor.cookie)
        # One signs out: that one never opens again.
        out = product.Visitor(server.port).sign_in(registry.secretaries[0][0])
        out.post('/sign-out', {})
        ended.add(out.cookie)
        cookies.append(out.cookie)
    faults += ['the server ended'] * (not server.alive())
    server.stop()
    more, missing, half = product.losses(registry, log)
    product.verdict(NAME, {
        'steps': len(STEPS), 'sign-ins looked at': checked, 'revived': sum('opens again' in it for it in faults),
        'writes acknowledged': log.statuses[303], 'missing': missing}, faults + more)
