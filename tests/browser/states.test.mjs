// Pages where something is amiss or extreme: forms with faults, lists without a line, names as long as they get, a
// sign-in that has ended, nothing there, an error of the server (check 13); and the judges of the HTML over all of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { markup } from './markup.mjs';
import { launch, look, opened, signedIn, startDemo, startEmpty } from './support.mjs';

let demo;
let empty;
let browser;
before(async () => { [demo, empty, browser] = [await startDemo(), await startEmpty(), await launch()]; });
after(async () => { await browser?.close(); await demo?.stop(); await empty?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const judged = markup();
const text = (page, selector = 'main') => page.locator(selector).innerText();

/** Looks at what this answer made of the page. */
async function examine(page, answer, name) {
  await look(page, `state-${name}`);
  assert.deepEqual(await judged.invalid(await answer.text(), name), [], name);
}

const go = (page, path) => page.goto(demo.origin + path);

/** Sends the first form of the page that writes, as it is; the answer. */
async function send(page) {
  const form = page.locator('main form[method=post]:has(.btn:not(.quiet))').first();
  await form.evaluate((el) => { el.noValidate = true; });
  const [answer] = await Promise.all([
    page.waitForResponse((it) => it.request().method() === 'POST'),
    form.locator('button[type=submit]').last().click(),
  ]);
  await page.waitForLoadState();
  return answer;
}

for (const width of [360, 1280]) {
  test(`checks 13 and 17: forms with faults are told and usable at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width });
    for (const name of ['members/new', 'contributions/new', 'opinions/new', 'works/new', 'import']) {
      await go(page, `${CELL}/${name}`);
      const answer = await send(page);
      assert.equal(answer.status(), 422, name);
      assert.match(await page.title(), /^Lỗi: /, name);
      await examine(page, answer, `faults-${name.replace('/', '-')}`);
    }
    for (const [name, path] of [['figures', CELL], ['members', `${CELL}/members`], ['contributions', `${CELL}/contributions`]]) {
      const answer = await go(page, `${path}?on=31/02/2026&from=31/02/2026`);
      assert.equal(answer.status(), 422, name);
      await examine(page, answer, `faults-filter-${name}`);
    }
    await page.context().close();
  });

  test(`check 13: lists without a line say why and what next at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width });
    for (const [name, path] of [
      ['members', `${CELL}/members?q=zzz`], ['contributions', `${CELL}/contributions?year=2001`], ['meetings', `${CELL}/meetings?year=2001`],
      ['letters', `${CELL}/letters?state=waiting`], ['opinions', `${CELL}/opinions?q=zzz`], ['sheets', `${CELL}/evaluations/sheets?year=2024&state=returned`],
      ['figures', `${CELL}?on=2001-01-01`],
    ]) {
      const answer = await go(page, path);
      if (name !== 'figures') assert.equal(await page.locator('tbody tr').count(), 0, name);
      await examine(page, answer, `empty-${name}`);
    }
    await page.context().close();
  });

  test(`check 13: names as long as they get break no page at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width });
    await go(page, `${CELL}/members`);
    await page.locator('tbody th a').first().click();
    await page.waitForURL(/\/members\/[0-9a-f-]{36}$/);
    const member = page.url();
    await page.goto(`${member}/edit`);
    const long = 'Công Tằng Tôn Nữ Nguyễn Phước Hoàng Thị Ngọc Khánh Phương Quỳnh Nghiêng';
    await page.fill('#full_name', `${long} An`);
    await page.getByRole('button', { name: 'Ghi lý lịch đã sửa' }).click();
    await page.waitForURL(member);
    await go(page, `${CELL}/meetings/new`);
    await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
    const meeting = new URL(page.url()).pathname;
    for (const [name, path] of [
      ['member', member.replace(demo.origin, '')], ['members', `${CELL}/members?q=nghieng`], ['roll', `${meeting}/roll-call?q=nghieng`],
      ['contribution', `${CELL}/contributions/bulk`], ['sheets', `${CELL}/evaluations/sheets?year=2024&q=nghieng`], ['paper', `${CELL}/members/print?q=nghieng`],
    ]) {
      const answer = await go(page, path);
      if (name !== 'sheets') assert.ok((await text(page)).includes('Nghiêng'), name);
      await examine(page, answer, `long-${name}`);
    }
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });

  test(`checks 7 and 13: a sign-in that has ended, nothing there, a server in trouble, at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width });
    for (const path of ['/units/no-such-unit', '/members/00000000-0000-7000-8000-000000000000']) {
      const answer = await go(page, path);
      assert.equal(answer.status(), 404);
      await examine(page, answer, 'nothing-there');
    }
    await go(page, `${CELL}/members/new`);
    await page.context().clearCookies();
    const refused = await send(page);
    assert.equal(refused.status(), 401);
    assert.match(await text(page), /Chưa ghi gì vào sổ/);
    await examine(page, refused, 'signed-out');
    const door = await go(page, `${CELL}/members`);
    await page.waitForURL(/\/sign-in/);
    await examine(page, door, 'sign-in-again');
    await page.context().close();

    execFileSync('python3', ['-c', 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("DROP TABLE IF EXISTS one_time_link")', empty.database]);
    const stranger = await opened(browser, empty, { width });
    const failed = await stranger.goto(`${empty.origin}/links/x`);
    assert.equal(failed.status(), 500);
    assert.match(await text(stranger), /500-/);
    await examine(stranger, failed, 'server-in-trouble');
    await stranger.context().close();
  });
}

test('check 15: the Nu checker finds no error in pages where something is amiss', (t) => {
  t.diagnostic(`${judged.count()} pages`);
  assert.deepEqual(judged.errors(), []);
});
