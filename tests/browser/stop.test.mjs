// The program ends in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDemo } from './support.mjs';

test('the program stops when it is told to', async () => {
  const demo = await startDemo();
  const { code, signal } = await demo.stop();
  assert.deepEqual([code, signal], [0, null]);
});
