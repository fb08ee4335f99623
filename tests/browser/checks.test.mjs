// The acceptance checks of the screens by their numbers, where a real browser is what shows them. Those that HTTP alone
// can show stand among the tests of the site, under the same numbers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, overflow, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const text = (page, selector = 'main') => page.locator(selector).innerText();
const pick = (page, number, letter) => page.locator(`label:has(input[name="m${number}"][value="${letter}"])`).click();
const secretary = (options) => signedIn(browser, demo, 'bithu.tdp2', options);

/** A new meeting with its roll open; the meeting's path. */
async function openRoll(page) {
  await page.goto(`${demo.origin}${CELL}/meetings/new`);
  await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  await page.getByRole('link', { name: 'Điểm danh', exact: true }).click();
  await page.waitForSelector('#roll');
  await page.waitForLoadState('load');
  return new URL(page.url()).pathname.replace('/roll-call', '');
}

/** The lines of the history of saves, newest first. */
async function versions(page, meeting) {
  await page.goto(demo.origin + meeting);
  return page.locator('section[aria-labelledby=versions] tbody tr').allInnerTexts();
}

async function save(page) {
  await page.locator('#save').click();
  await page.waitForURL(/\/saved$/);
}

test('check 3: everybody present leaves the marked as they are', async () => {
  const page = await secretary();
  await openRoll(page);
  for (const [number, letter] of [[2, 'u'], [9, 'e'], [100, 'u']]) await pick(page, number, letter);
  await page.locator('.dock button[value=present-rest]').click();
  for (const [number, letter] of [[2, 'u'], [9, 'e'], [100, 'u'], [1, 'p']]) {
    assert.equal(await page.locator(`input[name="m${number}"]:checked`).getAttribute('value'), letter);
  }
  await save(page);
  assert.match(await text(page), /204\s*\/207/);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('check 4: sent again, gone back and reloaded, it is one version', async () => {
  const page = await secretary();
  const meeting = await openRoll(page);
  await pick(page, 5, 'u');
  await save(page);
  await page.reload();
  assert.match(await text(page), /Máy chủ ghi lúc/);
  await page.goBack();
  await page.waitForSelector('#roll');
  await save(page);
  assert.equal((await versions(page, meeting)).length, 1);
  await page.context().close();
});

for (const lost of ['the answer', 'the question']) {
  test(`check 5: where ${lost} is lost on the way, it is sent again and written once`, async () => {
    const page = await secretary();
    const meeting = await openRoll(page);
    await pick(page, 7, 'e');
    let tries = 0;
    await page.route(/\/roll-call$/, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      tries += 1;
      if (tries > 1) return route.continue();
      if (lost === 'the answer') await route.fetch({ maxRedirects: 0 });
      return route.abort('connectionreset');
    });
    await save(page);
    assert.ok(tries > 1);
    assert.match(await text(page), /Máy chủ ghi lúc \d{2}:\d{2}/);
    const saved = await versions(page, meeting);
    assert.equal(saved.length, 1, saved.join());
    await page.context().close();
  });
}

test('check 8: two mark the same roll; the same person marked otherwise is a choice', async () => {
  const [one, other] = [await secretary(), await secretary({ width: 1280 })];
  const meeting = await openRoll(one);
  const open = (page) => page.goto(`${demo.origin}${meeting}/roll-call`);
  await open(other);
  await pick(one, 11, 'u');
  await pick(other, 12, 'e');
  await save(one);
  await save(other);
  await Promise.all([open(one), open(other)]);
  assert.equal(await other.locator('input[name="m11"]:checked').getAttribute('value'), 'u');
  assert.equal(await one.locator('input[name="m12"]:checked').getAttribute('value'), 'e');
  await pick(one, 13, 'u');
  await pick(other, 13, 'p');
  await save(one);
  await other.locator('#save').click();
  await other.waitForSelector('#told');
  const clash = await text(other, '#told');
  assert.match(clash, /1 đồng chí có người khác vừa ghi khác/);
  assert.match(clash, /Không phép[\s\S]*Có mặt/);
  await other.locator('#told label', { hasText: 'Vừa ghi: Có mặt' }).click();
  await save(other);
  await open(one);
  assert.equal(await one.locator('input[name="m13"]:checked').getAttribute('value'), 'p');
  await one.context().close();
  await other.context().close();
});

test('check 9: a save is undone from its confirmation, and history shows all three', async () => {
  const page = await secretary();
  const meeting = await openRoll(page);
  await pick(page, 21, 'u');
  await save(page);
  await page.goto(`${demo.origin}${meeting}/roll-call`);
  await pick(page, 21, 'p');
  await pick(page, 22, 'u');
  await save(page);
  await page.getByRole('button', { name: /Hoàn tác/ }).click();
  await page.waitForURL((url) => url.pathname === meeting);
  const saved = await versions(page, meeting);
  assert.equal(saved.length, 3);
  for (const line of saved) assert.match(line, /\d{2}:\d{2} ngày \d{2}\/\d{2}\/\d{4}\s+Trần Thị Thanh Hòa/);
  await page.goto(`${demo.origin}${meeting}/roll-call`);
  assert.equal(await page.locator('input[name="m21"]:checked').getAttribute('value'), 'u');
  assert.equal(await page.locator('input[name="m22"]:checked').count(), 0);
  await page.context().close();
});

test('check 16: neither 320 px (400 % of 1280) nor letters twice as large need scrolling sideways', async () => {
  const page = await secretary({ width: 320 });
  const meeting = await openRoll(page);
  const paths = [`${CELL}/tasks`, `${CELL}/members`, `${CELL}/contributions`, `${CELL}/contributions/new`, `${CELL}/contributions/bulk`,
    `${CELL}/opinions`, `${CELL}/import`, `${CELL}/members/new`, `${CELL}/letters`, meeting, `${meeting}/roll-call`, CELL];
  const found = [];
  for (const path of paths) {
    for (const [width, size] of [[320, '100%'], [640, '200%']]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(demo.origin + path);
      await page.evaluate((it) => { document.documentElement.style.fontSize = it; }, size);
      const wide = await overflow(page);
      if (wide > 0) found.push(`${path} at ${size}: ${wide} px too wide`);
      const cut = await page.$$eval('button, .btn', (all) => all
        .filter((it) => it.getClientRects().length && it.scrollWidth > it.clientWidth + 1)
        .map((it) => it.textContent.trim()));
      if (cut.length) found.push(`${path} at ${size}: cut ${cut}`);
    }
  }
  assert.deepEqual(found, []);
  await page.context().close();
});

for (const script of [true, false]) {
  test(`check 17: a faulty form says how to mend it, ${script ? 'with' : 'without'} JavaScript`, async () => {
    const page = await secretary({ script });
    await page.goto(`${demo.origin}${CELL}/members/new`);
    await page.fill('#full_name', 'Lê Thị Sen');
    await page.fill('#born', '31/02/1979');
    await page.fill('#phone', '12');
    const [answer] = await Promise.all([
      page.waitForResponse((it) => it.request().method() === 'POST'),
      page.getByRole('button', { name: 'Ghi đảng viên vào sổ' }).click(),
    ]);
    assert.equal(answer.status(), 422);
    await page.waitForSelector('#summary');
    assert.match(await page.title(), /^Lỗi: /);
    if (script) assert.equal(await page.evaluate(() => document.activeElement.id), 'summary');
    assert.equal(await page.inputValue('#full_name'), 'Lê Thị Sen');
    assert.equal(await page.inputValue('#born'), '31/02/1979');
    assert.equal(await page.getAttribute('#born', 'aria-describedby'), 'born-wrong');
    assert.match(await text(page, '#born-wrong'), /tháng 2/i);
    const links = await page.locator('#summary a').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
    assert.ok(links.length >= 3, links.join());
    for (const link of links) {
      await page.locator(`#summary a[href="${link}"]`).first().click();
      assert.equal(new URL(page.url()).hash, link);
      assert.equal(await page.locator(link).count(), 1, link);
    }
    await page.context().close();
  });
}

test('check 20: days are typed as people type them and shown as dd/mm/yyyy in any browser', async () => {
  const page = await secretary();
  assert.equal(await page.evaluate(() => navigator.language), 'en-US');
  await page.goto(`${demo.origin}${CELL}/members`);
  await page.locator('tbody th a').nth(40).click();
  const member = page.url();
  for (const [typed, shown] of [['5/2/1958', '05/02/1958'], ['05.02.1958', '05/02/1958'], ['1958', '1958']]) {
    await page.goto(`${member}/edit`);
    await page.fill('#born', typed);
    await page.getByRole('button', { name: 'Ghi lý lịch đã sửa' }).click();
    await page.waitForURL(member);
    assert.match(await text(page, 'dl.facts'), new RegExp(`(Sinh ngày|Năm sinh)\\s+${shown}\\s`));
  }
  await page.goto(`${member}/edit`);
  await page.fill('#born', '31/02/1958');
  await page.getByRole('button', { name: 'Ghi lý lịch đã sửa' }).click();
  assert.match(await text(page, '#born-wrong'), /tháng 2/i);
  await page.context().close();
});

test('check 21: money is taken as people write it', async () => {
  const page = await secretary();
  const ask = async (amount) => {
    await page.goto(`${demo.origin}${CELL}/contributions/new`);
    await page.selectOption('#work', { index: 1 });
    await page.fill('#giver', await giver);
    await page.fill('#amount', amount);
    await page.getByRole('button', { name: 'Xem lại rồi ghi' }).click();
    const choice = page.locator('fieldset#member input').first();
    if (await choice.count()) {
      await choice.check();
      await page.getByRole('button', { name: 'Xem lại rồi ghi' }).click();
    }
    return text(page);
  };
  await page.goto(`${demo.origin}${CELL}/members`);
  const giver = page.locator('tbody th a').nth(3).innerText();
  await giver;
  for (const amount of ['1500000', '1.500.000', '1.500.000 đ']) {
    const said = await ask(amount);
    assert.match(said, /1\.500\.000/, amount);
    assert.match(said, /Một triệu năm trăm nghìn đồng/i, amount);
  }
  assert.match(await ask('1.500'), /Viết rõ 1\.500 là/);
  assert.match(await ask('-5'), /dấu trừ/);
  await page.context().close();
});

test('check 25: back from a person the list is as it was, and a colleague sees the same', async () => {
  const page = await secretary();
  await page.goto(`${demo.origin}${CELL}/members?q=th&page=3`);
  const names = (it) => it.locator('tbody th a').allInnerTexts();
  const rows = await names(page);
  assert.ok(rows.length > 10, `${rows.length} rows`);
  const last = page.locator('tbody th a').last();
  await last.scrollIntoViewIfNeeded();
  const { url, scroll } = await page.evaluate(() => ({ url: location.href, scroll: scrollY }));
  assert.ok(scroll > 0);
  await last.click();
  await page.waitForURL(/\/members\/[0-9a-f-]{36}$/);
  await page.goBack();
  await page.waitForURL(url);
  await page.waitForFunction((it) => Math.abs(scrollY - it) < 3, scroll);
  assert.deepEqual(await names(page), rows);
  const colleague = await signedIn(browser, demo, 'canbo.nguyendu', { width: 1280 });
  await colleague.goto(url);
  assert.deepEqual(await names(colleague), rows);
  await page.context().close();
  await colleague.context().close();
});

test('check 27: a list in an old lettering is looked through, written down, and undone', async () => {
  const page = await secretary();
  const count = async () => {
    await page.goto(`${demo.origin}${CELL}/members?category=all`);
    return Number((await text(page, '.chips b')).match(/[\d.]+/)[0].replace('.', ''));
  };
  const before = await count();
  await page.goto(`${demo.origin}${CELL}/import`);
  await page.setInputFiles('input[type=file]', fileURLToPath(new URL('../fixtures/tcvn3.xlsx', import.meta.url)));
  await page.getByRole('button', { name: 'Xem danh sách trong tệp' }).click();
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
  const looked = await text(page);
  for (const word of ['NguyÔn Minh', 'Nguyễn Minh Phượng', 'Trương Huy Quế', 'Đặng Đức Hoà', 'Ghi 5 dòng vào sổ']) {
    assert.ok((await page.content()).includes(word) || looked.includes(word), word);
  }
  assert.equal(await page.locator('input[value=tcvn3]').isChecked(), true);
  await page.getByRole('button', { name: 'Ghi 5 dòng vào sổ' }).click();
  await page.getByRole('link', { name: /Hủy lần nhập/ }).waitFor();
  const there = page.url();
  assert.equal(await count(), before + 5);
  await page.goto(there);
  await page.getByRole('link', { name: /Hủy lần nhập/ }).click();
  await page.getByRole('button', { name: /^Hủy nhập/ }).click();
  await page.waitForURL(there);
  assert.match(await text(page), /Đã hủy nhập/);
  assert.equal(await count(), before);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('a whole cell gives at once, but for those who gave otherwise', async () => {
  const page = await secretary();
  await page.goto(`${demo.origin}${CELL}/contributions/bulk`);
  await page.selectOption('#work', { index: 1 });
  const boxes = page.locator('input[name^="a-"]');
  assert.ok(await boxes.count() >= 207);
  await boxes.nth(1).fill('1tr');
  await page.fill('#each', '200k');
  await Promise.all([page.waitForEvent('domcontentloaded'), page.locator('button[value=fill]').click()]);
  assert.match(await boxes.nth(0).inputValue(), /200k|200\.000/);
  assert.match(await boxes.nth(1).inputValue(), /1tr|1\.000\.000/);
  await Promise.all([page.waitForEvent('domcontentloaded'), page.locator('button[value=check]').click()]);
  assert.match(await text(page), /khác mức chung/);
  await page.context().close();
});

test('check 28: roll, minutes and list are pages of A4 without the site around them', async () => {
  const page = await secretary({ width: 1280 });
  const meeting = await openRoll(page);
  await pick(page, 3, 'u');
  await page.locator('.dock button[value=present-rest]').click();
  await save(page);
  for (const [path, most] of [[`${meeting}/roll-call/print`, 12], [`${meeting}/minutes`, 4], [`${CELL}/members/print`, 20]]) {
    await page.goto(demo.origin + path);
    assert.match(await text(page), /ĐẢNG CỘNG SẢN VIỆT NAM/, path);
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const boxes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map((it) => [+it[1], +it[2]]);
    assert.ok(boxes.length >= 1 && boxes.length <= most, `${path}: ${boxes.length} pages`);
    for (const [width, height] of boxes) {
      assert.ok(Math.abs(width - 595.3) < 2 && Math.abs(height - 841.9) < 2, `${path}: ${width} by ${height}`);
    }
    await page.emulateMedia({ media: 'print' });
    const seen = await page.$$eval('nav, button, .btn, .crumb, .rail, .foot, .skip', (all) => all
      .filter((it) => it.getClientRects().length).map((it) => it.outerHTML.slice(0, 60)));
    assert.deepEqual(seen, [], path);
    const sheet = await page.evaluate(() => {
      const rules = [...document.styleSheets].flatMap((it) => [...it.cssRules]);
      const margins = rules.filter((it) => it instanceof CSSPageRule && !it.selectorText).map((it) => it.style.margin);
      const number = (selector) => rules.find((it) => it instanceof CSSPageRule && it.selectorText === selector)?.cssText.match(/@top-center\s*\{[^}]*content:\s*([^;]+);/)?.[1];
      const numbers = [number(':first'), number('')];
      const heads = [...document.querySelectorAll('thead')].map((it) => getComputedStyle(it).display);
      const sign = document.querySelector('.sign');
      const kept = sign && getComputedStyle(sign.closest('.two') ?? sign).breakInside;
      return { margins, numbers, heads, kept };
    });
    assert.deepEqual(sheet.margins, ['20mm 15mm 20mm 30mm'], path);
    assert.deepEqual(sheet.numbers, ['none', 'counter(page)'], `${path}: no number on the first page, one above each other`);
    assert.ok(sheet.heads.every((it) => it === 'table-header-group'), path);
    if (sheet.kept) assert.equal(sheet.kept, 'avoid', path);
    await page.emulateMedia({ media: null });
  }
  await page.context().close();
});
