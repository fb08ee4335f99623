// The main job, end to end: a secretary holds a meeting, calls the roll of 207 people, notes what somebody
// gave; cell, ward and city count it; the year's file holds it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, shoot, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const year = new Date(Date.now() + 7 * 3600 * 1000).getUTCFullYear();
const text = (page, selector = 'main') => page.locator(selector).innerText();
const picture = (page, name) =>
  shoot(page, `${name}-${page.viewportSize().width}.png`, { fullPage: true });

/** Presses what is seen, and counts it. */
function thumb(page) {
  let taps = 0;
  return {
    async tap(locator) { taps += 1; await locator.click(); },
    count: () => taps,
  };
}

/** From the signed-in home to a saved roll with three people absent; the number of taps. */
async function callTheRoll(page, script) {
  const { tap, count } = thumb(page);
  assert.match(page.url(), /tdp-2-nguyen-du\/tasks$/);
  await tap(page.getByRole('link', { name: /^Tạo cuộc họp/ }).first());
  await tap(page.getByRole('button', { name: 'Tạo cuộc họp' }));
  await tap(page.getByRole('link', { name: 'Điểm danh', exact: true }));
  await page.waitForSelector('#roll');
  assert.equal(await page.locator('#roll fieldset').count(), 207);
  assert.equal(await page.locator('#roll input:checked').count(), 0, 'nothing is chosen for anybody');
  await picture(page, `roll-empty-${script ? 'script' : 'plain'}`);
  const mark = (number, letter) =>
    tap(page.locator(`label:has(input[name="m${number}"][value="${letter}"])`));
  await mark(5, 'u');
  await mark(37, 'e');
  await mark(207, 'u');
  if (script) {
    assert.match(await text(page, '#tally'), /Còn 204 người chưa đánh dấu/);
    await tap(page.locator('.dock button[value=present-rest]'));
    assert.match(await text(page, '#tally'), /Có mặt 204 · Có phép 1 · Không phép 2/);
    await tap(page.locator('#save'));
  } else {
    await tap(page.locator('.dock button[value=present-rest]'));
  }
  await page.waitForURL(/\/saved$/);
  const saved = await text(page);
  assert.match(saved, /204\s*\/207/);
  assert.match(saved, /3 đồng chí vắng/i);
  return count();
}

test('check 1: a roll of 207 takes five taps and one for each of three exceptions', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  assert.ok(await callTheRoll(page, true) <= 5 + 3);
  await picture(page, 'roll-saved');
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('check 2: the same without JavaScript', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2', { script: false });
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/tasks`);
  assert.ok(await callTheRoll(page, false) <= 5 + 3);
  await page.context().close();
});

test('checks 11 and 12: no focused control hides under the sticky bars, and choices are big enough', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/meetings`);
  await page.locator('main tbody a').first().click();
  await page.getByRole('link', { name: /điểm danh/i }).first().click();
  await page.waitForSelector('#roll');
  const covered = [];
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press('Tab');
    covered.push(...await page.evaluate(() => {
      const el = document.activeElement;
      const box = (el.closest('label') ?? el).getBoundingClientRect();
      const bars = [...document.querySelectorAll('.dock, .places')].filter((bar) =>
        !bar.contains(el) && ['sticky', 'fixed'].includes(getComputedStyle(bar).position));
      return bars.map((bar) => bar.getBoundingClientRect())
        .filter((bar) => box.bottom > bar.top + 1 && box.top < bar.bottom - 1)
        .map(() => el.outerHTML.slice(0, 80));
    }));
  }
  assert.deepEqual(covered, []);
  const heights = await page.$$eval('.rows label', (all) => all.map((it) => it.getBoundingClientRect().height));
  assert.ok(Math.min(...heights) >= 48, `${Math.min(...heights)} px`);
  await page.context().close();
});

test('what somebody gives is echoed, checked and written down', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/members?q=hoa`);
  const name = await page.locator('tbody th a').first().innerText();
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/contributions/new`);
  await page.fill('#giver', name);
  await page.selectOption('#work', { label: 'Quỹ khuyến học' }).catch(async () => {
    const value = await page.locator('#work option', { hasText: 'Quỹ khuyến học' }).first().getAttribute('value');
    await page.selectOption('#work', value);
  });
  await page.fill('#amount', '1500000');
  assert.match(await text(page, '#amount-echo'), /1\.500\.000/);
  await page.getByRole('button', { name: 'Xem lại rồi ghi' }).click();
  const choice = page.locator('fieldset#member input').first();
  if (await choice.count()) { // namesakes: the form asks which
    await choice.check();
    await page.getByRole('button', { name: 'Xem lại rồi ghi' }).click();
  }
  assert.match(await text(page), /Một triệu năm trăm nghìn đồng/i);
  await picture(page, 'contribution-check');
  await page.getByRole('button', { name: /^Ghi 1\.500\.000/ }).click();
  await page.waitForURL(/\/contributions\/[0-9a-f-]{36}\?done/);
  assert.match(await text(page), /Đã ghi/);
  await picture(page, 'contribution-written');
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

// Since both reforms the ward and the city of 2024 are read as of their days, and counted today by their successors.
for (const [login, unit, heads, former, then] of [
  ['bithu.tdp2', 'tdp-2-nguyen-du', '207', 'tdp-2-nguyen-du', '207'],
  ['canbo.nguyendu', 'thanh-sen', '7.314', 'nguyen-du', '1.201'],
  ['tochuc.hatinh', 'tinh-ha-tinh', '9.500', 'tp-ha-tinh', '9.500'],
]) {
  test(`${unit} counts it all`, async () => {
    for (const width of [360, 1280]) {
      const page = await signedIn(browser, demo, login, { width });
      await page.goto(`${demo.origin}/units/${unit}?year=${year}`);
      const figures = await text(page, '.figures');
      assert.match(figures, new RegExp(heads.replace('.', '\\.')), figures);
      // Two meetings were held above, each with 204 of 207.
      assert.match(figures, /408 trên 414/, figures);
      assert.match(await text(page), /1\.500\.000/);
      await picture(page, unit);
      await page.goto(`${demo.origin}/units/${former}?on=2024-12-31&year=2024`);
      assert.match(await text(page, '.figures'), new RegExp(then.replace('.', '\\.')));
      await picture(page, `${former}-2024`);
      assert.deepEqual(page.troubles, []);
      await page.context().close();
    }
  });
}

test('check 26: the year\'s file holds it, for Excel', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2', { width: 1280 });
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/exports?what=evaluations&year=${year}`);
  await page.fill('#purpose', 'nộp đảng ủy phường');
  await page.locator('input[name=format][value=excel-csv]').check({ force: true });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Xuất tệp' }).click(),
  ]);
  const { readFile } = await import('node:fs/promises');
  const bytes = await readFile(await download.path());
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const lines = bytes.subarray(3).toString('utf8').trimEnd().split('\r\n');
  const head = lines[0].split(';');
  assert.equal(head[1], 'Họ và tên');
  assert.equal(lines.length, 1 + 207 + 6, 'everybody who lives there, the exempt as well');
  const column = (name) => head.indexOf(name);
  const rows = lines.slice(1).map((line) => line.split(';'));
  const sum = (name) => rows.reduce((all, row) => all + Number(row[column(name)] || 0), 0);
  assert.deepEqual([sum('Dự'), sum('Vắng có lý do'), sum('Vắng không lý do')], [408, 2, 4]);
  assert.equal(rows.filter((row) => row[column('Đóng góp')].includes('1.500.000')).length, 1);
  await page.context().close();
});

test('check 30: signing out leaves nothing to go back to, and nothing on the machine', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  await page.goto(`${demo.origin}/units/tdp-2-nguyen-du/members`);
  const names = await page.locator('tbody th a').allInnerTexts();
  await page.getByRole('button', { name: 'Đăng xuất' }).click();
  await page.waitForURL(/sign-in/);
  const left = await page.evaluate(async () => ({
    caches: await caches.keys(), databases: await indexedDB.databases(), local: { ...localStorage }, session: { ...sessionStorage },
  }));
  assert.deepEqual(left, { caches: [], databases: [], local: {}, session: {} });
  await page.goBack();
  await page.waitForURL(/sign-in/);
  assert.equal(await page.locator('tbody').count(), 0);
  const shown = await page.content();
  assert.deepEqual(names.filter((it) => shown.includes(it)), []);
  await page.context().close();
});

test('check 30: another cell is to a secretary as if it were not there', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  const answers = [];
  for (const code of ['tdp-1-nguyen-du', 'tdp-0-nowhere']) {
    for (const rest of ['', '/members', '/meetings', '/contributions', '/evaluations']) {
      const answer = await page.goto(`${demo.origin}/units/${code}${rest}`);
      assert.equal(answer.status(), 404, code + rest);
      answers.push((await text(page)).replace(/404-[0-9a-f]+/, ''));
    }
  }
  assert.equal(new Set(answers).size, 1);
  await page.context().close();
});
