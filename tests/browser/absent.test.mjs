// A secretary who goes away: names somebody who writes the book meanwhile, and is reminded by a calendar. Without
// scripts as well.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, look, opened, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  // The one who stands in keeps a cell of the same ward as well.
  const page = await signedIn(browser, demo, 'quantri', { width: 1280 });
  await page.goto(`${demo.origin}/administration/accounts`);
  await page.locator('tr', { hasText: DEPUTY }).getByRole('link').first().click();
  await page.locator('label:has(input[value=cell_secretary])').click();
  await page.fill('#unit', 'tdp-3-nguyen-du');
  await page.getByRole('button', { name: 'Trao vai trò' }).click();
  await page.waitForLoadState();
});
after(async () => { await browser?.close(); await demo?.stop(); });

const DEPUTY = 'bithu.minhtien';
const text = (page, selector = 'main') => page.locator(selector).innerText();
const day = (ahead) => new Date(Date.now() + ahead * 86400000).toLocaleDateString('vi-VN',
  { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' });

for (const [width, script, from] of [[360, false, 0], [360, true, 5], [1280, true, 10]]) {
  test(`a secretary names a deputy, who sees for whom to write, at ${width} px, scripts ${script}`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width, script });
    await page.goto(`${demo.origin}/account`);
    if (script) await look(page, 'absent-account');
    await page.getByRole('link', { name: 'Cử người làm hộ khi đi vắng' }).click();
    await page.fill('#login', DEPUTY);
    await page.getByRole('button', { name: 'Cử người làm hộ' }).click();
    await page.waitForSelector('#summary');
    assert.match(await page.title(), /^Lỗi: /);
    assert.equal(await page.inputValue('#login'), DEPUTY);
    await page.fill('#from_on', day(from));
    await page.fill('#last_on', day(from + 2));
    await page.fill('#reason', 'đi công tác');
    await page.getByRole('button', { name: 'Cử người làm hộ' }).click();
    await page.waitForURL(/done=1/);
    assert.match(await text(page), /đi công tác/);
    if (script) await look(page, 'absent-deputies');

    const deputy = await signedIn(browser, demo, DEPUTY, { width });
    await deputy.goto(`${demo.origin}/units/tdp-2-nguyen-du/tasks`);
    assert.match(await text(deputy, '.acts'), /^Làm hộ .+ đến hết \d\d\/\d\d\/\d{4}$/);
    await look(deputy, 'absent-acting');
    assert.deepEqual(deputy.troubles, []);
  });

  test(`a calendar is made, shown once and revoked, at ${width} px, scripts ${script}`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width, script });
    await page.goto(`${demo.origin}/account/calendars`);
    await page.getByRole('button', { name: 'Tạo lịch' }).click();
    const address = (await text(page, '#address')).trim();
    assert.match(address, /\/calendar\/[\w-]{43}\.ics$/);
    if (script) await look(page, 'absent-calendar');
    const read = await page.request.get(address, { headers: { cookie: '' } });
    assert.match(await read.text(), /^BEGIN:VCALENDAR\r\n[^]*END:VCALENDAR\r\n$/);
    await page.goto(`${demo.origin}/account/calendars`);
    if (script) await look(page, 'absent-calendars');
    await page.getByRole('button', { name: 'Thu hồi' }).first().click();
    await page.waitForURL(/done=revoked/);
    assert.equal((await page.request.get(address)).status(), 404);
    await page.goto(`${demo.origin}/account/reminders`);
    if (script) await look(page, 'absent-mail');
    assert.match(await text(page), /Máy chủ này không gửi thư/);
  });
}

test('the link of an address that is not known says so', async () => {
  const page = await opened(browser, demo);
  await page.goto(`${demo.origin}/reminders/nothing`);
  assert.match(await text(page), /không còn dùng được/);
  await look(page, 'absent-link');
});
