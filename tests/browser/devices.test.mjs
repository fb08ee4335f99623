// The ways a page is met: over a slow line, from the keyboard alone, read out, in grey, in the colours of the reader's
// choice, without its style.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, look, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const text = (page, selector = 'main') => page.locator(selector).innerText();
const secretary = (options) => signedIn(browser, demo, 'bithu.tdp2', options);

/** A new meeting with its roll open. */
async function openRoll(page) {
  await page.goto(`${demo.origin}${CELL}/meetings/new`);
  await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  await page.getByRole('link', { name: 'Điểm danh', exact: true }).click();
  await page.waitForSelector('#roll');
  // What it loads is there: none of it is counted as a part of what is loaded next.
  await page.waitForLoadState('load');
}

// How long it takes is told, not asserted: a busy machine would make that a game of chance. What it weighs is its own.
test('check 10: the roll comes over a slow line to a slow telephone, is usable and saved', async (t) => {
  const page = await secretary();
  await openRoll(page);
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.clearBrowserCache');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 51_200, uploadThroughput: 25_600 });
  await line.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  let bytes = 0;
  line.on('Network.loadingFinished', (it) => { bytes += it.encodedDataLength; });
  let began = Date.now();
  await page.reload({ waitUntil: 'load' });
  t.diagnostic(`usable after ${Date.now() - began} ms, ${Math.round(bytes)} bytes`);
  assert.ok(bytes > 0 && bytes <= 15_000, `${bytes} bytes`);
  await page.locator('label:has(input[name="m3"][value="u"])').click();
  assert.match(await text(page, '#tally'), /Không phép 1/);
  began = Date.now();
  await page.locator('#save').click();
  await page.waitForURL(/\/saved$/);
  t.diagnostic(`saved after ${Date.now() - began} ms`);
  assert.match(await text(page), /Máy chủ ghi lúc/);
  await page.context().close();
});

test('check 11: the roll is read out by name and choice, and marked by arrows under a ring to be seen', async () => {
  const page = await secretary();
  await openRoll(page);
  for (const number of [1, 2, 207]) {
    const row = page.locator(`fieldset:has(input[name="m${number}"])`);
    const name = (await row.locator('legend').innerText()).replace(/\s+/g, ' ').trim();
    const group = page.getByRole('group', { name, exact: true });
    assert.equal(await group.count(), 1, name);
    for (const word of ['Có mặt', 'Có phép', 'Không phép']) {
      assert.equal(await group.getByRole('radio', { name: word, exact: true }).count(), 1, `${name}: ${word}`);
    }
  }
  await page.locator('#q').focus();
  while (await page.evaluate(() => document.activeElement.name) !== 'm1') await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  for (const [key, letter] of [['ArrowRight', 'e'], ['ArrowRight', 'u'], ['ArrowLeft', 'e']]) {
    await page.keyboard.press(key);
    const marked = await page.evaluate(() => {
      const on = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(on.nextElementSibling);
      return { letter: document.querySelector('input[name=m1]:checked').value, focused: on.value, ring: `${outlineWidth} ${outlineStyle}` };
    });
    assert.deepEqual(marked, { letter, focused: letter, ring: '3px solid' });
  }
  assert.match(await text(page, '#tally'), /Có phép 1/);
  await page.context().close();
});

/** A drawing without its number beside it, a picture without a table of what it says. */
const unsaid = (page) => page.evaluate(() => {
  const bars = [...document.querySelectorAll('main svg.bar')].filter((it) => !/\d|ẩn/.test((it.closest('tr, li, dd, div') ?? it.parentElement).textContent));
  const pictures = [...document.querySelectorAll('main svg[role=img]')].filter((it) => {
    const table = it.closest('section')?.querySelector('table')?.textContent ?? '';
    const said = it.querySelector('desc')?.textContent ?? '';
    return !it.querySelector('title')?.textContent || !said || ![...said.matchAll(/\d+,\d%/g)].every(([rate]) => table.includes(rate));
  });
  return [...bars, ...pictures].map((it) => it.outerHTML.slice(0, 120));
});

/** How bright the filled and the empty part of a bar are, as ratio: 3 is told apart in grey. */
const contrast = (page) => page.evaluate(() => {
  const bright = (selector) => {
    const parts = getComputedStyle(document.querySelector(selector)).fill.match(/[\d.]+/g).slice(0, 3).map((it) => it / 255);
    const [red, green, blue] = parts.map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [one, other] = [bright('main svg.bar .v'), bright('main svg.bar .t')];
  return Math.max(one, other) / Math.min(one, other);
});

for (const [login, path] of [['canbo.nguyendu', '/units/nguyen-du?on=2024-12-31&year=2024'], ['tochuc.hatinh', '/units/tp-ha-tinh?on=2024-12-31&year=2024']]) {
  test(`check 29: what ${login} sees drawn is there in numbers, in grey, in chosen colours, without style`, async () => {
    for (const width of [360, 1280]) {
      const page = await signedIn(browser, demo, login, { width });
      await page.goto(demo.origin + path);
      assert.ok(await page.locator('main svg.bar').count() > 5);
      assert.deepEqual(await unsaid(page), []);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await look(page, `figures-${login.split('.')[0]}-${colorScheme}`);
        assert.ok(await contrast(page) >= 3, colorScheme);
      }
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
      await look(page, `figures-${login.split('.')[0]}-forced`);
      assert.ok(await contrast(page) >= 3, 'in chosen colours');
      await page.context().close();
    }
    const bare = await signedIn(browser, demo, login);
    await bare.route('**/site.css', (route) => route.abort());
    await bare.goto(demo.origin + path);
    assert.equal(await bare.locator('h1').count(), 1);
    const heads = await bare.locator('main h2, main caption').allTextContents();
    assert.ok(heads.length > 5 && heads.every((it) => it.trim()), heads.join());
    assert.match(await text(bare), /đảng viên, tính đến 31\/12\/2024[\s\S]*(1\.201|9\.500)/);
    assert.deepEqual((await axe(bare)).filter((it) => !/^(target-size|color-contrast)/.test(it)), []);
    await bare.context().close();
  });
}

test('check 29: the figure at the head is as many as the list behind it names', async () => {
  const page = await signedIn(browser, demo, 'canbo.nguyendu');
  await page.goto(`${demo.origin}/units/thanh-sen`);
  const figure = page.locator('.figures .lead dd a');
  const count = await figure.innerText();
  await figure.click();
  await page.waitForURL(/\/members\?/);
  assert.equal((await text(page, '.chips b')).match(/[\d.]+/)[0], count);
  await page.context().close();
});
