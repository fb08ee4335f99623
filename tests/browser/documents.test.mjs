// The documents of the repository: their links lead somewhere, their pictures are there, shown and small.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
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
