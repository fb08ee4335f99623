// The documents of the repository: their links lead somewhere, their pictures are there, shown and small.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deadLinks, repositoryFiles } from './documents.mjs';
import { everyGuide, storedPictures, tasks } from './guide.mjs';

test('every relative link of every document leads somewhere', () => {
  assert.deepEqual(repositoryFiles(/\.md$/).flatMap(deadLinks), []);
});

test('every picture is shown by a task of a guide, and none is missing', () => {
  const shown = everyGuide().flatMap(tasks).flatMap((it) => it.pictures);
  assert.deepEqual(storedPictures(), shown.map((it) => `${it}.png`).sort());
});

test('the pictures of the repository stay small', () => {
  const sizes = repositoryFiles(/\.png$/).map((path) => statSync(path).size);
  assert.ok(sizes.reduce((sum, it) => sum + it, 0) <= 2.5 * 1024 * 1024);
});

const here = new URL('.', import.meta.url).pathname;
const site = join(here, '../site');

/** Whether the place that a table of tests names is there: `file` of the browser's, or `module::test_…` of the site's. */
function isThere(place, number) {
  const [module, name] = place.split('::');
  if (name === undefined) {
    const file = join(here, `${module}.test.mjs`);
    return existsSync(file) && new RegExp(`test\\(['\`]checks? [0-9, and]*\\b${number}\\b`).test(readFileSync(file, 'utf8'));
  }
  const file = existsSync(join(site, module)) ? join(site, module, readdirSync(join(site, module))[0]) : join(site, `${module}.rs`);
  return existsSync(file) && readFileSync(file, 'utf8').includes(`fn ${name.replace('…', '')}`);
}

test('each of the thirty checks names its tests, and they are there', () => {
  const rows = [...readFileSync(join(here, 'README.md'), 'utf8').matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|/gm)];
  assert.deepEqual(rows.map((it) => Number(it[1])), Array.from({ length: 30 }, (_, at) => at + 1));
  const gone = rows.flatMap(([, number, tests]) => [...tests.matchAll(/`([a-z_]+(?:::[a-z0-9_…]*)?)`/g)]
    .map((it) => it[1]).filter((it) => it !== 'look' && !isThere(it, number)).map((it) => `${number}: ${it}`));
  assert.deepEqual(gone, []);
});
