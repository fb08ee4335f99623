// A roll called where there is no network: prepared before, kept through closed tabs and ended sign-ins, sent once when
// the line is back, and never left on a telephone that others use. The checks and the traps bear their numbers and
// letters from the design of the screens.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, look, opened, shots, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const DAY = 24 * 3600 * 1000;
const secretary = (options) => signedIn(browser, demo, 'bithu.tdp2', options);
const pick = (page, number, letter) => page.locator(`#roll label:has(input[name="m${number}"][value="${letter}"])`).click();
const chosen = (page, number) => page.locator(`input[name="m${number}"]:checked`).getAttribute('value', { timeout: 3000 });
const save = (page) => page.locator('#save').click();
const says = (page, words, where = '#sent') =>
  page.waitForFunction(([at, text]) => new RegExp(text).test(document.querySelector(at)?.innerText), [where, words.source]);
const isSaved = (page) => says(page, /Đã lưu lên máy chủ lúc \d\d:\d\d ngày \d\d\/\d\d\/\d{4}\. Có mặt \d+\/207\./);

/** A new meeting with its roll open, on this page; the address of the roll. */
async function openRoll(page, origin = demo.origin) {
  await page.goto(`${origin}${CELL}/meetings/new`);
  await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  await page.getByRole('link', { name: 'Điểm danh', exact: true }).click();
  await page.waitForSelector('#roll');
  await page.waitForLoadState('load');
  return page.url();
}

async function prepare(page) {
  await page.getByRole('button', { name: 'Chuẩn bị họp khi mất mạng' }).click();
  await says(page, /mở được khi mất mạng đến/, '#prepared');
}

/** The lines of the history of saves, newest first, as a colleague reads them; and the marks as they are stored. */
async function stored(roll) {
  const page = await secretary({ width: 1280 });
  await page.goto(roll.replace('/roll-call', ''));
  const versions = await page.locator('section[aria-labelledby=versions] tbody tr').allInnerTexts();
  await page.goto(roll);
  const marks = await page.inputValue('#roll input[name=was]');
  await page.context().close();
  return { versions, of: (number) => marks[number - 1] };
}

/** What this browser holds of the site. */
const held = (page) => page.evaluate(async () => ({
  caches: await caches.keys(),
  databases: (await indexedDB.databases()).map((it) => it.name),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  storage: Object.keys(localStorage),
}));

/** What the browser holds of rolls, as text. */
const rolls = (page) => page.evaluate(() => new Promise((done) => {
  indexedDB.open('haichieu', 1).onsuccess = ({ target: { result } }) => {
    result.transaction('roll').objectStore('roll').getAll().onsuccess = ({ target }) => done(JSON.stringify(target.result));
    result.close();
  };
}));

test('check 6: prepared, it opens without network, outlives its tab, and is sent without a tap', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  assert.deepEqual((await held(page)).caches, [], 'nothing is kept unasked');
  await prepare(page);
  await look(page, 'offline-prepared');
  await context.setOffline(true);
  await page.reload();
  assert.equal(await page.locator('#roll fieldset').count(), 207);
  await pick(page, 5, 'u');
  await pick(page, 37, 'e');
  await says(page, /Đã ghi nháp trên máy này, chưa lưu vào sổ/);
  await page.close();

  const again = await context.newPage();
  await again.goto(roll);
  await says(again, /Đã ghi nháp trên máy này/);
  assert.deepEqual([await chosen(again, 5), await chosen(again, 37)], ['u', 'e']);
  await again.locator('.dock button[value=present-rest]').click();
  await save(again);
  await says(again, /Chưa có mạng, giữ 1 lần lưu từ \d\d:\d\d ngày [\d/]{10}, sẽ tự gửi/);
  await again.screenshot({ path: join(shots, 'offline-waits-360.png') });
  await again.close();

  const last = await context.newPage();
  await last.goto(roll);
  await says(last, /Chưa có mạng, giữ 1 lần lưu/);
  assert.deepEqual([await chosen(last, 5), await chosen(last, 37), await chosen(last, 1)], ['u', 'e', 'p']);
  await context.setOffline(false);
  await isSaved(last);
  const now = await stored(roll);
  assert.equal(now.versions.length, 1);
  assert.deepEqual([now.of(5), now.of(37), now.of(1)], ['u', 'e', 'p']);
  await context.close();
});

test('what was marked and never saved is kept, and is not sent', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await pick(page, 8, 'u');
  await says(page, /Đã ghi nháp/);
  await page.goto(`${demo.origin}${CELL}/meetings`);
  await says(page, /Còn điểm danh chưa gửi/, '#told');
  await look(page, 'offline-hint');
  await page.getByRole('link', { name: 'Mở điểm danh để gửi' }).click();
  await page.waitForURL(roll);
  await says(page, /Đã ghi nháp/);
  assert.equal(await chosen(page, 8), 'u');
  assert.deepEqual((await stored(roll)).versions, []);
  await save(page);
  await page.waitForURL(/\/saved$/);
  assert.equal((await stored(roll)).of(8), 'u');
  await page.context().close();
});

test('check 5: where the answer is lost and the tab is closed, it is sent again and written once', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  await pick(page, 7, 'e');
  await page.route(/\/roll-call$/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    await route.fetch({ maxRedirects: 0 });
    return route.abort('connectionreset');
  });
  await save(page);
  await says(page, /Chưa có mạng, giữ 1 lần lưu/);
  await page.close();
  const again = await context.newPage();
  const keys = new Set();
  again.on('request', (it) => { if (it.method() === 'POST') keys.add(new URLSearchParams(it.postData()).get('key')); });
  await again.goto(roll);
  await isSaved(again);
  assert.equal(keys.size, 1);
  const now = await stored(roll);
  assert.equal(now.versions.length, 1, now.versions.join());
  await context.close();
});

test('check 7: a sign-in that ends meanwhile loses nothing; after the next it is sent from the same roll', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await pick(page, 11, 'u');
  await page.context().clearCookies();
  await pick(page, 12, 'e');
  await save(page);
  await says(page, /Hết phiên\. Dữ liệu vẫn còn trên máy\. Đăng nhập lại để gửi/);
  await look(page, 'offline-signed-out');
  await page.getByRole('link', { name: 'Đăng nhập lại để gửi' }).click();
  await page.fill('#login', 'bithu.tdp2');
  await page.fill('#password', demo.password('bithu.tdp2'));
  await page.click('main button[type=submit]');
  await page.waitForURL(roll);
  await isSaved(page);
  const now = await stored(roll);
  assert.deepEqual([now.versions.length, now.of(11), now.of(12)], [1, 'u', 'e']);
  await page.context().close();
});

test('trap a: the word of a draft does not take the place of a worse one', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await pick(page, 3, 'u');
  await page.context().setOffline(true);
  await save(page);
  await says(page, /Chưa có mạng, giữ 1 lần lưu/);
  await pick(page, 4, 'u');
  await says(page, /Còn 205 người/, '#tally');
  await says(page, /Chưa có mạng, giữ 1 lần lưu/);
  // Saved once more while the first still waits, both are sent, one after the other.
  await save(page);
  await says(page, /Chưa có mạng, giữ 2 lần lưu/);
  await page.context().setOffline(false);
  await page.waitForURL(/\/saved$/);
  const now = await stored(roll);
  assert.deepEqual([now.versions.length, now.of(3), now.of(4)], [2, 'u', 'u']);
  await page.context().close();
});

test('trap b: a kept page is saved from again and again, each time under another key', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  await prepare(page);
  const answers = [];
  page.on('response', (it) => { if (it.request().method() === 'POST') answers.push(it.status()); });
  const marked = async (number, letter) => {
    await pick(page, number, letter);
    await save(page);
    await says(page, /Chưa có mạng/);
    await context.setOffline(false);
    await page.waitForURL(/\/saved$/);
    await context.setOffline(true);
    await page.goto(roll);
  };
  await context.setOffline(true);
  await page.goto(roll);
  await marked(3, 'u');
  assert.equal(await chosen(page, 3), 'u', 'what the server has is shown on the older page');
  await marked(4, 'e');
  await says(page, /Còn 205 người/, '#tally');
  assert.deepEqual(answers, [200, 200]);
  // A browser that has forgotten all but the page: the key in it is used up.
  await context.setOffline(false);
  await page.goto(`${demo.origin}/privacy`);
  await page.evaluate(() => new Promise((done) => { indexedDB.deleteDatabase('haichieu').onsuccess = done; }));
  await context.setOffline(true);
  await page.goto(roll);
  await says(page, /Còn 207 người/, '#tally');
  await marked(9, 'e');
  assert.deepEqual(answers, [200, 200, 422, 200]);
  const now = await stored(roll);
  assert.deepEqual([now.of(3), now.of(4), now.of(9), now.versions.length], ['u', 'e', 'e', 3]);
  await context.close();
});

test('trap c: a page older than the sign-in sends: no token in it is out of date', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await pick(page, 6, 'u');
  await page.context().clearCookies();
  const other = await page.context().newPage();
  await other.goto(`${demo.origin}/sign-in`);
  await other.fill('#login', 'bithu.tdp2');
  await other.fill('#password', demo.password('bithu.tdp2'));
  await other.click('main button[type=submit]');
  await other.waitForURL(/tasks$/);
  await page.bringToFront();
  await save(page);
  await page.waitForURL(/\/saved$/);
  assert.equal((await stored(roll)).of(6), 'u');
  await page.context().close();
});

for (const [trap, what, answer] of [
  ['d', 'a redirection to the sign-in page', { status: 303, headers: { location: '/sign-in' } }],
  ['e', 'the page of a captive portal', { status: 200, contentType: 'text/html', body: '<h1>Wifi</h1>' }],
  ['e', 'JSON that is not ours', { status: 200, contentType: 'application/json', body: '{"ok":true}' }],
  ['e', 'a proxy before a server that is gone', { status: 502, contentType: 'text/html', body: 'Bad gateway' }],
]) {
  test(`trap ${trap}: ${what} is no answer`, async () => {
    const page = await secretary();
    const roll = await openRoll(page);
    await pick(page, 15, 'u');
    let tries = 0;
    await page.route(/\/roll-call$/, (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      tries += 1;
      return route.fulfill(answer);
    });
    await save(page);
    await says(page, /Chưa tới được máy chủ, giữ 1 lần lưu/);
    assert.equal(page.url(), roll);
    assert.match(await rolls(page), /m15=u/);
    await page.unroute(/\/roll-call$/);
    await page.waitForURL(/\/saved$/);
    assert.ok(tries >= 1);
    const now = await stored(roll);
    assert.deepEqual([now.versions.length, now.of(15)], [1, 'u']);
    await page.context().close();
  });
}

test('trap f: how old the unsent marks are is said', async () => {
  const page = await secretary();
  await page.clock.setFixedTime(new Date('2026-11-15T12:05:00Z'));
  await openRoll(page);
  await pick(page, 2, 'u');
  await page.context().setOffline(true);
  await save(page);
  await says(page, /giữ 1 lần lưu từ 19:05/);
  await page.clock.setFixedTime(new Date('2026-11-15T14:45:00Z'));
  await pick(page, 3, 'u');
  await says(page, /giữ 1 lần lưu từ 19:05 ngày 15\/11\/2026/);
  await page.context().close();
});

test('trap g: a browser that keeps nothing says so, and still saves', async () => {
  const page = await secretary();
  await page.addInitScript(() => { indexedDB.open = () => { throw new DOMException('', 'QuotaExceededError'); }; });
  const roll = await openRoll(page);
  await says(page, /Máy này không giữ nháp được: lưu xong hãy rời trang/);
  await pick(page, 5, 'u');
  await page.context().setOffline(true);
  await save(page);
  await says(page, /Chưa có mạng, giữ 1 lần lưu .*không giữ nháp được: lưu xong hãy rời trang/);
  await page.context().setOffline(false);
  await page.waitForURL(/\/saved$/);
  assert.equal((await stored(roll)).of(5), 'u');
  await page.context().close();
});

test('trap g: a full disk is said where the page cannot be kept', async () => {
  const page = await secretary();
  await page.addInitScript(() => { Cache.prototype.put = () => Promise.reject(new DOMException('', 'QuotaExceededError')); });
  await openRoll(page);
  await page.getByRole('button', { name: 'Chuẩn bị họp khi mất mạng' }).click();
  await says(page, /Máy này chưa chuẩn bị được\. Khi họp cứ để trang này mở/, '#prepared');
  await page.context().close();
});

test('trap h: over plain http nothing is prepared, and all else works', async () => {
  const port = new URL(demo.origin).port;
  const plain = { ...demo, origin: `http://so.test:${port}` };
  const other = await launch('--host-resolver-rules=MAP so.test 127.0.0.1');
  const page = await signedIn(other, plain, 'bithu.tdp2');
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await openRoll(page, plain.origin);
  assert.equal(await page.locator('#prepare').isVisible(), false);
  await says(page, /Máy này chưa chuẩn bị được/, '#prepared');
  await pick(page, 5, 'u');
  await says(page, /Đã ghi nháp/);
  await page.reload();
  assert.equal(await chosen(page, 5), 'u');
  await save(page);
  await page.waitForURL(/\/saved$/);
  await page.getByRole('button', { name: 'Đăng xuất' }).click();
  await page.waitForURL(/sign-in/);
  assert.deepEqual(await page.evaluate(async () => (await indexedDB.databases()).length), 0);
  await other.close();
});

test('trap i: what one account has kept, the next of the same browser neither sends nor sees', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  await prepare(page);
  await pick(page, 5, 'u');
  await context.setOffline(true);
  await save(page);
  await says(page, /Chưa có mạng/);
  // A tab that is closed may send once more when its line is given back with it.
  await page.goto('about:blank');
  await page.close();
  await context.clearCookies();
  await context.setOffline(false);

  const next = await context.newPage();
  const posts = [];
  next.on('request', (it) => { if (it.method() === 'POST') posts.push(new URL(it.url()).pathname); });
  await next.goto(`${demo.origin}/sign-in`);
  await next.fill('#login', 'bithu.minhtien');
  await next.fill('#password', demo.password('bithu.minhtien'));
  await next.click('main button[type=submit]');
  await next.waitForURL(/tasks$/);
  await next.waitForFunction(async () => !(await caches.keys()).some((it) => it.startsWith('roll-')));
  assert.equal(await next.locator('#told').count(), 0);
  await next.getByRole('link', { name: /^Tạo cuộc họp/ }).first().click();
  await next.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  await next.getByRole('link', { name: 'Điểm danh', exact: true }).click();
  await next.waitForSelector('#roll');
  await next.waitForFunction(() => document.querySelector('#tally').textContent !== '');
  assert.equal(await next.locator('#sent').innerText(), '');
  await context.setOffline(true);
  await assert.rejects(next.goto(roll), /ERR_(FAILED|INTERNET_DISCONNECTED)/);
  await context.setOffline(false);
  await next.goto(`${demo.origin}/account`);
  await next.getByRole('button', { name: 'Đăng xuất' }).click();
  await says(next, /những gì một tài khoản khác giữ trên máy này/, '#told');
  assert.equal(await next.locator('#told a').count(), 0);
  assert.ok(!posts.some((it) => it === new URL(roll).pathname), posts.join());
  assert.deepEqual((await stored(roll)).versions, []);

  await context.clearCookies();
  await next.goto(roll);
  await next.fill('#login', 'bithu.tdp2');
  await next.fill('#password', demo.password('bithu.tdp2'));
  await next.click('main button[type=submit]');
  await next.waitForURL(roll);
  await isSaved(next);
  assert.equal((await stored(roll)).of(5), 'u');
  await context.close();
});

for (const width of [360, 1280]) {
  test(`trap i, check 30: signing out waits for what is unsent, then leaves nothing, at ${width} px`, async () => {
    const page = await secretary({ width });
    const context = page.context();
    const roll = await openRoll(page);
    await prepare(page);
    assert.equal((await held(page)).workers, 1);
    await page.reload();
    await pick(page, 5, 'u');
    await says(page, /Đã ghi nháp/);
    assert.doesNotMatch(await rolls(page), /[À-ỹ]{2}/, 'no name lies in the database');
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    await says(page, /Chưa đăng xuất: còn điểm danh chưa gửi/, '#told');
    await look(page, 'offline-sign-out');
    assert.equal(page.url(), roll);
    assert.equal(await chosen(page, 5), 'u');
    await page.getByRole('button', { name: 'Bỏ dữ liệu chưa gửi và đăng xuất' }).click();
    await page.waitForURL(/sign-in/);
    await page.waitForFunction(async () => !(await navigator.serviceWorker.getRegistrations()).length);
    assert.deepEqual(await held(page), { caches: [], databases: [], workers: 0, storage: [] });
    await page.goBack();
    await page.waitForURL(/sign-in/);
    assert.equal(await page.locator('fieldset').count(), 0);
    await context.setOffline(true);
    await assert.rejects(page.goto(roll), /ERR_(FAILED|INTERNET_DISCONNECTED)/);
    await context.close();
  });
}

test('trap i: a day later the kept page is gone, by the clock of the page and by that of the worker', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  await prepare(page);
  const kept = () => page.evaluate(async (url) => Boolean(await caches.match(url)), roll);
  await page.goto(`${demo.origin}${CELL}/meetings`);
  assert.equal(await kept(), true);
  const age = (hours) => page.evaluate(async ([url, time]) => {
    const cache = await caches.open((await caches.keys()).find((it) => it.startsWith('roll-')));
    const old = await cache.match(url);
    const headers = new Headers(old.headers);
    headers.set('kept-at', time);
    await cache.put(url, new Response(await old.text(), { headers }));
  }, [roll, Date.now() - hours * DAY / 24]);
  await age(25);
  await context.setOffline(true);
  await assert.rejects(page.goto(roll), /ERR_(FAILED|INTERNET_DISCONNECTED)/);
  await context.setOffline(false);
  await page.goto(`${demo.origin}/privacy`);
  await age(23);
  await context.setOffline(true);
  await page.goto(roll);
  assert.equal(await page.locator('#roll fieldset').count(), 207);
  await context.setOffline(false);
  await page.clock.setFixedTime(new Date(Date.now() + DAY));
  await page.goto(`${demo.origin}${CELL}/meetings`);
  await page.waitForFunction(async (url) => !(await caches.match(url)), roll);
  await context.close();
});

test('trap j: a page that an earlier release has drawn finds its files', async () => {
  const page = await secretary();
  const context = page.context();
  const roll = await openRoll(page);
  await prepare(page);
  await page.evaluate(async (url) => {
    const cache = await caches.open((await caches.keys()).find((it) => it.startsWith('roll-')));
    const old = await cache.match(url);
    const text = (await old.text()).replace(/\/static\/[^/]+\//g, '/static/earlier/');
    await cache.put(url, new Response(text, { headers: old.headers }));
  }, roll);
  await context.setOffline(true);
  await page.goto(roll);
  await pick(page, 5, 'u');
  await says(page, /Đã ghi nháp/);
  assert.ok(await page.evaluate(() => document.styleSheets[0].href.includes('/earlier/') && document.styleSheets[0].cssRules.length > 9));
  await context.setOffline(false);
  await save(page);
  await page.waitForURL(/\/saved$/);
  await context.close();
});

test('trap k: the clock of the telephone may be wrong; the server\'s is shown', async () => {
  const page = await secretary();
  await page.clock.setFixedTime(new Date('2019-02-03T03:04:05Z'));
  const roll = await openRoll(page);
  await pick(page, 5, 'u');
  await page.context().setOffline(true);
  await save(page);
  await says(page, /giữ 1 lần lưu từ 10:04 ngày 03\/02\/2019/);
  await page.goto('about:blank');
  await page.context().setOffline(false);
  await page.goto(roll);
  await isSaved(page);
  assert.doesNotMatch(await page.locator('#sent').innerText(), /2019/);
  await page.goto(roll.replace('/roll-call', ''));
  assert.match(await page.locator('details').last().innerHTML(), /dấu giữ trên máy từ 10:04 ngày 03\/02\/2019 theo giờ của máy/);
  await page.context().close();
});

test('trap l: a roll that is no longer the meeting\'s is kept and shown, until it is given up', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await pick(page, 5, 'u');
  await page.context().setOffline(true);
  await save(page);
  await says(page, /Chưa có mạng/);
  const other = await secretary({ width: 1280 });
  await other.goto(roll.replace('/roll-call', '/edit'));
  await other.fill('#held_on', '01/11/2024');
  await other.getByRole('button', { name: /Ghi/ }).click();
  await other.waitForURL(roll.replace('/roll-call', ''));
  await other.context().close();
  await page.context().setOffline(false);
  await says(page, /Chưa ghi, xem ở đầu trang\. Dữ liệu vẫn còn trên máy/);
  await says(page, /không khớp với sổ[\s\S]*Đang giữ: 5 Không phép/, '#told');
  await look(page, 'offline-refused');
  await page.reload();
  await says(page, /Danh sách của cuộc họp đã lấy lại[\s\S]*Đang giữ: 5 Không phép/, '#told');
  await page.getByRole('button', { name: 'Bỏ các dấu giữ trên máy này' }).click();
  await page.waitForFunction(() => !document.querySelector('#told') && document.querySelector('#sent')?.textContent === '');
  assert.deepEqual((await stored(roll)).versions, []);
  await page.context().close();
});

test('trap m: two tabs of one roll send everything, each of it once', async () => {
  const one = await secretary();
  const context = one.context();
  const roll = await openRoll(one);
  const other = await context.newPage();
  await other.goto(roll);
  const keys = [];
  for (const page of [one, other]) {
    page.on('response', (it) => {
      const { method, postData } = { method: it.request().method(), postData: it.request().postData() };
      if (method === 'POST' && it.status() === 200) keys.push(new URLSearchParams(postData).get('key'));
    });
  }
  await context.setOffline(true);
  await pick(one, 5, 'u');
  await pick(other, 6, 'e');
  await save(one);
  await save(other);
  await Promise.all([one, other].map((it) => says(it, /Chưa có mạng/)));
  await context.setOffline(false);
  await Promise.all([one, other].map((it) => it.waitForURL(/\/saved$/)));
  assert.equal(new Set(keys).size, keys.length, keys.join());
  const now = await stored(roll);
  assert.deepEqual([now.of(5), now.of(6)], ['u', 'e']);
  assert.ok(now.versions.length <= 2, now.versions.join());
  await context.close();
});

for (const width of [360, 1280]) {
  test(`check 8: who was marked otherwise meanwhile is asked about one by one, at ${width} px`, async () => {
    const page = await secretary({ width });
    const roll = await openRoll(page);
    await page.context().setOffline(true);
    for (const [number, letter] of [[13, 'u'], [14, 'u'], [15, 'e']]) await pick(page, number, letter);
    await save(page);
    await says(page, /Chưa có mạng/);
    const other = await secretary({ width: 1280 });
    await other.goto(roll);
    for (const [number, letter] of [[13, 'p'], [14, 'e'], [16, 'u']]) await pick(other, number, letter);
    await save(other);
    await other.waitForURL(/\/saved$/);
    await other.context().close();

    await page.context().setOffline(false);
    await says(page, /2 đồng chí có người khác vừa ghi khác[\s\S]*13\. [\s\S]*Đang lưu: Có mặt\s+Vừa ghi: Không phép[\s\S]*14\. /, '#told');
    await look(page, 'offline-clash');
    await page.reload();
    await says(page, /2 đồng chí có người khác vừa ghi khác/, '#told');
    await save(page);
    await says(page, /Chưa ghi, xem ở đầu trang/);
    await page.locator('#told label', { hasText: 'Đang lưu: Có mặt' }).click();
    await page.locator('#told label', { hasText: 'Vừa ghi: Không phép' }).nth(1).click();
    await save(page);
    await page.waitForURL(/\/saved$/);
    const now = await stored(roll);
    assert.deepEqual([13, 14, 15, 16].map(now.of), ['p', 'u', 'e', 'u']);
    assert.equal(now.versions.length, 2);
    await page.context().close();
  });
}

test('a server that does not answer for four seconds is taken for none', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await prepare(page);
  await page.goto(`${demo.origin}/privacy`);
  demo.freeze();
  try {
    await page.goto(roll, { timeout: 20000 });
    assert.equal(await page.locator('#roll fieldset').count(), 207);
    await pick(page, 5, 'u');
    await says(page, /Đã ghi nháp/);
  } finally {
    demo.thaw();
  }
  await save(page);
  await page.waitForURL(/\/saved$/);
  await page.context().close();
});

test('prepared and thought better of, the page is not kept', async () => {
  const page = await secretary();
  const roll = await openRoll(page);
  await prepare(page);
  await page.getByRole('button', { name: 'Xóa bản đã chuẩn bị' }).click();
  await page.getByRole('button', { name: 'Chuẩn bị họp khi mất mạng' }).waitFor();
  await page.context().setOffline(true);
  await assert.rejects(page.goto(roll), /ERR_(FAILED|INTERNET_DISCONNECTED)/);
  await page.context().close();
});

test('without JavaScript nothing is offered, and the roll is saved', async () => {
  const page = await secretary({ script: false });
  const roll = await openRoll(page);
  assert.equal(await page.locator('#prepare').isVisible(), false);
  await pick(page, 5, 'u');
  await save(page);
  await page.waitForURL(/\/saved$/);
  assert.equal((await stored(roll)).of(5), 'u');
  await page.context().close();
});

test('the site can be installed', async () => {
  const page = await opened(browser, demo);
  await page.goto(`${demo.origin}/sign-in`);
  const session = await page.context().newCDPSession(page);
  const { errors } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors.map((it) => it.errorId).filter((it) => it !== 'in-incognito'), []);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
