"""I1: malformed lists and forms. Whatever is brought, the registry is as before; each answer comes in time and in words, and
the program's memory stays bounded. Lists that can be read are looked through, and nothing is written before somebody says so."""

import argparse, hashlib, io, os, random, time, zipfile

import product

args = argparse.ArgumentParser(description=__doc__)
args.add_argument('--lists', type=int, default=250)
args.add_argument('--forms', type=int, default=250)
args.add_argument('--seed', type=int, default=1)
args = args.parse_args()
chance = random.Random(args.seed)
FIXTURES = os.path.join(product.HERE, '..', 'fixtures')
SEEDS = [open(os.path.join(FIXTURES, name), 'rb').read() for name in sorted(os.listdir(FIXTURES)) if '.' in name and not name.endswith('.md')]
SHEETS = [it for it in SEEDS if it[:2] == b'PK']
# What only a dump may say: the trail of refusals and looks, and the lists that wait to be written.
PASSING = {'audit_entry', 'audit_seal', 'audit_unsealed', 'session', 'list_import', 'list_import_row',
           'sign_in_failure', 'rate_count', '_sqlx_migrations'}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


def sheet(cells, extra=b''):
    """The least workbook that a reader takes, with these rows of cells."""
    return zipped({
        '[Content_Types].xml': '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        '_rels/.rels': '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        'xl/workbook.xml': '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        'xl/_rels/workbook.xml.rels': '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        'xl/worksheets/sheet1.xml': b'<?xml version="1.0"?>' + extra + b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells + b'</sheetData></worksheet>'})


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def cell(place, text='x'):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


HEAD = 'TT;Họ và tên;Năm sinh;Chức vụ;Ngày vào Đảng;Điện thoại\n'
BOMBS = {
    'two cells, far apart': lambda: sheet(b'<row r="1">' + cell('A1') + b'</row><row r="1048576">' + cell('XFD1048576') + b'</row>'),
    'promises four billion texts': lambda: zipped({**parts_of(sheet(b'')), 'xl/sharedStrings.xml': '<sst uniqueCount="4000000000"><si><t>a</t></si></sst>'}),
    'inflates to 300 MB': lambda: sheet(b'<row r="1">' + cell('A1', 'y' * 1000) * 300_000 + b'</row>'),
    'entities in entities': lambda: sheet(b'<row r="1">' + cell('A1', '&d;') + b'</row>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;">]>'),
    'thousands of parts': lambda: zipped({f'xl/{n}.xml': 'x' for n in range(5000)}),
    'a zip in a zip': lambda: zipped({'xl/workbook.xml': zipped({'a': 'b' * 10**6})}),
    'a million columns': lambda: ('a;' * 1_000_000).encode(),
    'one endless cell': lambda: (HEAD + '1;' + 'x' * 4_000_000).encode(),
    'a million lines': lambda: (HEAD + '1;A;1;;;\n' * 400_000).encode(),
    'NULs': lambda: b'\0' * 100_000,
    'nothing': lambda: b'',
    'an open quote': lambda: (HEAD + '1;"Nguyễn Văn A;1970;;;\n' * 2000).encode(),
    'formulas': lambda: (HEAD + '1;=HYPERLINK("http://x");1970;@SUM(1);+1;-1\n').encode(),
    'half a letter': lambda: HEAD.encode('utf-16-le')[:-1],
    'old letters, broken': lambda: bytes(range(128, 256)) * 500,
}


def mutated():
    """A list that was fine, with bytes turned, cut out, doubled or shuffled; a workbook also inside its zip."""
    data = bytearray(chance.choice(SEEDS))
    if data[:2] == b'PK' and chance.random() < 0.6:
        with zipfile.ZipFile(io.BytesIO(bytes(data))) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = bytes(broken(bytearray(parts[name])))
        return zipped(parts)
    return bytes(broken(data))


def broken(data):
    for _ in range(chance.randrange(1, 12)):
        if not data:
            break
        at = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at:at + chance.randrange(1, 200)]
        elif kind == 2:
            data[at:at] = data[at:at + chance.randrange(1, 200)] * chance.randrange(1, 20)
        elif kind == 3:
            data[at:at] = chance.choice([b'\0', b';;;;', b'"', b'\r', b'\xff\xfe', b'=cmd|', '﻿'.encode(), b'<', b'&x;', b'99999999999999999999'])
        else:
            del data[at:]
    return data


def upload(visitor, cell, name, data):
    mark = '----faults'
    key = product.new_id()
    body = (f'--{mark}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{key}\r\n--{mark}\r\nContent-Disposition: form-data; '
            f'name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n').encode() + data + f'\r\n--{mark}--\r\n'.encode()
    return visitor.ask('POST', f'/units/{cell}/import', body, f'multipart/form-data; boundary={mark}')


def dump(registry):
    """A hash of all rows of each of the tables that hold what the registry is about."""
    tables = [name for (name,) in registry.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {table: hashlib.sha256(repr(sorted(registry.rows(f'SELECT * FROM "{table}"'))).encode()).hexdigest()
            for table in tables if table not in PASSING}


WORDS = ['', ' ', '\0', '=1+1', "' OR 1=1 --", '<script>alert(1)</script>', '‮đảo', 'x' * 20000, '-1', '0', '1e309', '99999999999999999999',
         '31/02/2024', '00/00/0000', '1.000.000.000.000.000.000', '10 triệu tỷ', '½', 'Nguyễn', '﷽' * 100, '😀', '\r\nSet-Cookie: a=b', '%00', '../../x',
         'NaN', '2024-13-45', '٣', '0x10', '\u0301' * 500]

with product.folder() as place:
    registry = product.Registry(place, cells=1)
    cell_code = registry.cells[0]
    # The first start writes the criteria of sheets down.
    server = product.Server(registry)
    server.wait()
    server.stop()
    before = dump(registry)
    server = product.Server(registry, log=os.environ.get('LOG'))
    server.wait()
    visitor = product.Visitor(server.port, timeout=60).sign_in(registry.secretaries[0][0])
    faults, slowest, most, answers = [], 0.0, 0, {}

    def judge(what, answer, began):
        global slowest, most
        seconds = time.time() - began
        slowest, most = max(slowest, seconds), max(most, server.memory())
        answers[answer.status] = answers.get(answer.status, 0) + 1
        if answer.status >= 500 or (seconds > 5 and product.late(True, '')) or (answer.status >= 400 and '<html' not in answer.text):
            faults.append(f'{what}: {answer.status} in {seconds:.1f} s: {answer.text[:80]!r}')

    for number, (what, make) in enumerate(BOMBS.items()):
        data = make()
        began = time.time()
        try:
            judge(what, upload(visitor, cell_code, 'danh-sach.xlsx' if data[:2] == b'PK' else 'danh-sach.csv', data), began)
        except OSError as error:
            # Hung up on while it still sends what is too large: refused, too.
            answers['cut'] = answers.get('cut', 0) + 1
            if not server.alive() or len(data) < 5 * 2**20:
                faults.append(f'{what}: {error!r}')
    for number in range(args.lists):
        data = mutated()
        began = time.time()
        answer = upload(visitor, cell_code, chance.choice(['a.csv', 'b.xlsx', 'c.txt', 'd.xls', '../../e.csv', 'f']), data)
        judge(f'list {number}', answer, began)
        if answer.status == 303:
            began = time.time()
            judge(f'preview {number}', visitor.get(answer.headers['location']), began)
    paths = [('members/new', 'members'), ('contributions/new', 'contributions'), ('meetings/new', 'meetings'),
             ('opinions/new', 'opinions'), ('works/new', 'works')]
    for number in range(args.forms):
        new, there = chance.choice(paths)
        there = f'/units/{cell_code}/{there}'
        fields = visitor.form(f'/units/{cell_code}/{new}', there)
        for name in fields:
            if chance.random() < (0.6 if name != 'id' else 0.05):
                fields[name] = chance.choice(WORDS)
        # One field of each form is wrong for certain, so that none may be written.
        fields.update({name: wrong for name, wrong in (
            ('started_on', '31/02/2024'), ('given_on', '45/01/2024'), ('held_on', '00/00/0000'), ('raised_on', 'hôm nào'), ('kind', 'x')) if name in fields})
        began = time.time()
        judge(f'form {number} {there} {fields}', visitor.post(there, fields), began)
    raw = [b'%', b'%ff%fe=1', b'&&&&=', b'a' * 900_000, b'\xff\xfe\x00', b'id=1&id=2&id=3', b'=' * 5000]
    for number in range(args.forms // 5):
        data = bytes(broken(bytearray(chance.choice(raw) + b'id=%41&full_name=%E1%BA')))
        began = time.time()
        judge(f'bytes {number}', visitor.ask('POST', f'/units/{cell_code}/members', data), began)
    alive = server.alive()
    if alive:
        server.stop()
    faults += registry.check() + [f'{table} has changed' for table, rows in dump(registry).items() if before[table] != rows] + ['the server ended'] * (not alive)
    faults += [f'{most / 2**20:.0f} MiB resident'] * (most > 300 * 2**20)
    product.verdict('malformed lists and forms', {
        'lists': args.lists + len(BOMBS), 'forms': args.forms + args.forms // 5, 'tables changed': sum(before[table] != rows for table, rows in dump(registry).items()),
        's for the slowest answer': f'{slowest:.2f}', 'MiB resident at most': f'{most / 2**20:.0f}',
        'answers': ' '.join(f'{count}×{status}' for status, count in sorted(answers.items(), key=str))}, faults)
