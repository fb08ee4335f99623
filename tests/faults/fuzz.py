"""I3: libFuzzer on the parsers that take strangers' bytes, for a bounded time each. No input may end a parser, or make it say
what is not so (the targets of tests/fuzz assert that). What does is kept in tests/fuzz/artifacts, one file for each finding.

    python3 tests/faults/fuzz.py --seconds 300 list roll     # two of the targets, five minutes each
"""

import argparse, io, os, re, shutil, subprocess, zipfile

import product

NAME = 'fuzzed'
FUZZ = os.path.join(product.HERE, '..', 'fuzz')
FIXTURES = os.path.join(product.HERE, '..', 'fixtures')
# The longest input of each, and what to start from: a corpus that grows from nothing spends its time on the shape of a day.
TARGETS = {
    'list': (1 << 16, []),
    'lettering': (512, ['NguyÔn V¨n An', 'Nguyeãn Vaên An', 'Nguyễn Văn An', '.VnTime', 'VNI-Times', 'Đảng bộ phường']),
    'day': (64, ['15/11/2024', '1/2/2024', '2024-11-15', '11/2024', '1980', '29/02/2000', '15.11.2024', 'ngày 15 tháng 11 năm 2024']),
    'money': (64, ['500.000', '500000 đ', '1,5 triệu', '2 tỷ', '100 nghìn', '12,5', '0,01', '9.223.372.036.854.775.807']),
    'roll': (256, ['12, 37k ốm, 41-44', '5', '1-207', 'vắng 3', '7p 8k', '12 ; 13\n14']),
    'person': (256, ['Nguyễn Thị Minh Khai', "H'Hen Niê", '0912 345 678', '+84 912 345 678', '(0239) 3 855 555', '912345678']),
}

args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
args.add_argument('targets', nargs='*', metavar='TARGET', help='of ' + ', '.join(TARGETS) + '; all where none is named')
args.add_argument('--seconds', type=int, default=60, help='for each target')
args.add_argument('--sanitizer', default='none', help='address looks after unsafe code in crates as well; it is slow, and wants a nightly compiler')
args.add_argument('--target-dir', default=os.path.join(product.HERE, '..', '..', 'target', 'fuzz'), help='where the targets are built')
args = args.parse_args()
unknown = [it for it in args.targets if it not in TARGETS]
if unknown:
    raise SystemExit(f'no target {", ".join(unknown)}')
if subprocess.run(['cargo', 'fuzz', '--version'], capture_output=True).returncode != 0:
    product.skip(NAME, 'cargo-fuzz is missing: cargo install --locked cargo-fuzz')


def versions(folder):
    """The packages that a lock file names."""
    with open(os.path.join(folder, 'Cargo.lock')) as file:
        return set(re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"', file.read()))


def build():
    """Builds the targets; why that cannot be done here, or nothing."""
    # Without a sanitizer a stable compiler does. With one a stable one may be told to act like a nightly.
    env = {**os.environ, **({} if args.sanitizer == 'none' else {'RUSTC_BOOTSTRAP': '1'})}
    words = ['cargo', 'fuzz', 'build', '--fuzz-dir', FUZZ, '--sanitizer', args.sanitizer, '--target-dir', args.target_dir]
    done = subprocess.run(words, text=True, capture_output=True, env=env)
    if done.returncode != 0:
        # A target that does not compile is our fault; a compiler that lacks what it takes is the machine's.
        why = [line for line in done.stderr.splitlines() if line.startswith('error')] or ['cargo fuzz build failed']
        if any(it in done.stderr for it in ('only accepted on the nightly', 'linker `cc` not found', 'may not be used on the stable')):
            product.skip(NAME, why[0])
        product.verdict(NAME, {'targets': 0}, why[:5])


def stored(data):
    """A workbook whose parts lie in the zip as they are: bytes that are turned in it are turned in its XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as file, zipfile.ZipFile(out, 'w', zipfile.ZIP_STORED) as other:
        for name in file.namelist():
            other.writestr(name, file.read(name))
    return out.getvalue()


def parts(data):
    """Page, texts and styles of a workbook: the target puts them into a zip whose sums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        there = file.namelist()
        return [file.read(name) if name in there else b'' for name in ('xl/worksheets/sheet1.xml', 'xl/sharedStrings.xml', 'xl/styles.xml')]


def seeds(target, place):
    """A folder that libFuzzer only reads."""
    os.mkdir(place)
    texts = [it.encode() for it in TARGETS[target][1]]
    if target == 'list':
        for name in sorted(os.listdir(FIXTURES)):
            if name.endswith(('.csv', '.txt', '.xlsx', '.xls')):
                with open(os.path.join(FIXTURES, name), 'rb') as file:
                    texts.append(file.read())
        books = [it for it in texts if it[:2] == b'PK']
        texts += [stored(it) for it in books] + [b'\0'.join(parts(it)) for it in books]
    for number, text in enumerate(texts):
        with open(os.path.join(place, f'seed-{number}'), 'wb') as file:
            file.write(text)


def fuzz(target, place):
    """Runs one target; its runs, its coverage, and the findings."""
    found = os.path.join(FUZZ, 'artifacts', target)
    os.makedirs(found, exist_ok=True)
    before = set(os.listdir(found))
    seeds(target, os.path.join(place, target + '-seeds'))
    os.mkdir(os.path.join(place, target))
    triple = re.search(r'host: (\S+)', subprocess.run(['rustc', '-vV'], text=True, capture_output=True).stdout)[1]
    program = os.path.join(args.target_dir, triple, 'release', target)
    words = [program, os.path.join(place, target), os.path.join(place, target + '-seeds'), f'-artifact_prefix={found}/',
             f'-max_total_time={args.seconds}', f'-max_len={TARGETS[target][0]}', '-rss_limit_mb=2048', '-timeout=20', '-print_final_stats=1']
    log = os.path.join(place, target + '.log')
    # Far more than it was given: a fuzzer that hangs is a finding as well.
    with open(log, 'w') as out:
        try:
            code = subprocess.run(words, stdout=out, stderr=out, cwd=place, timeout=args.seconds * 3 + 120).returncode
        except subprocess.TimeoutExpired:
            code = 'it does not end'
    with open(log, errors='replace') as out:
        said = out.read()
    runs = re.findall(r'stat::number_of_executed_units: +(\d+)', said)
    seconds = re.findall(r'Done \d+ runs in (\d+) second', said)
    features = re.findall(r'\bft: (\d+)', said)
    new = sorted(set(os.listdir(found)) - before)
    why = next((line for line in said.splitlines() if 'panicked at' in line or 'ERROR: libFuzzer' in line), f'exit {code}')
    faults = [f'{target}: {why}'] * (code != 0) + [f'{target}: kept as {os.path.relpath(os.path.join(found, it))}' for it in new]
    if code == 0 and not (runs and int(runs[-1])):
        faults.append(f'{target}: nothing was run')
    if not os.listdir(found):
        os.rmdir(found)
    runs, features = int(runs[-1]) if runs else 0, int(features[-1]) if features else 0
    print(f'     {target}: {runs} runs, {seconds[-1] if seconds else "?"} s, {features} features, {len(new)} crashes', flush=True)
    return runs, features, len(new), faults


build()
ours, theirs = versions(FUZZ), versions(os.path.join(product.HERE, '..', '..'))
other = {name for name, _ in ours & theirs} ^ {name for name, _ in ours if name in {it for it, _ in theirs}}
faults = [f'tests/fuzz/Cargo.lock has another version of {", ".join(sorted(other))}: start anew from a copy of Cargo.lock'] * bool(other)
all_runs = all_features = crashes = 0
with product.folder() as place:
    targets = args.targets or list(TARGETS)
    for target in targets:
        runs, features, new, more = fuzz(target, place)
        all_runs, all_features, crashes, faults = all_runs + runs, all_features + features, crashes + new, faults + more
    if faults and os.environ.get('KEEP'):
        print('logs in', place)
artifacts = os.path.join(FUZZ, 'artifacts')
if not os.listdir(artifacts):
    shutil.rmtree(artifacts)
product.verdict(NAME, {'targets': len(targets), 's each': args.seconds, 'runs': all_runs, 'features': all_features, 'crashes': crashes}, faults)
