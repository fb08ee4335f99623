// A secretary who goes away: names somebody who writes the book meanwhile, and is reminded by a calendar. Without
// scripts as well. And mail, where the program was told of a server for it.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { launch, look, opened, signedIn, startDemo, startEmpty } from './support.mjs';

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

/** A mail server on loopback, and what it took (RFC 5321). */
function post() {
  const letters = [];
  const server = createServer((socket) => {
    let rest = '';
    let letter = null;
    const answer = (line) => {
      if (letter && line !== '.') return letter.push(line);
      if (letter) {
        letters.push(letter.join('\n'));
        letter = null;
      } else if (line === 'DATA') {
        letter = [];
        return socket.write('354 go on\r\n');
      }
      return socket.write(line === 'QUIT' ? '221 bye\r\n' : '250 well\r\n');
    };
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const lines = (rest + bytes).split('\r\n');
      rest = lines.pop();
      lines.forEach(answer);
    });
    socket.write('220 post\r\n');
  });
  const listening = new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });
  return { letters, listening, close: () => server.close() };
}

test('an address for reminders is confirmed by the link that was sent there, and switched off again', async () => {
  const server = post();
  const site = await startEmpty({
    HAICHIEU_SMTP_URL: `smtp://127.0.0.1:${await server.listening}`,
    HAICHIEU_MAIL_FROM: 'Hai Chiều <so@example.vn>',
    HAICHIEU_PUBLIC_URL: 'https://so.example.vn',
  });
  const [page, wide] = [await opened(browser, site), await opened(browser, site, { width: 1280, script: false })];
  await page.goto(site.link);
  for (const [field, typed] of [['#login', 'quan.tri'], ['#display_name', 'Đặng Khánh Duy']]) await page.fill(field, typed);
  for (const field of ['#password', '#again']) await page.fill(field, 'một câu dài mà dễ nhớ');
  const factors = page.locator('input[name=factors]');
  if (await factors.isChecked()) await page.locator('label:has(input[name=factors])').click();
  await page.getByRole('button', { name: 'Tạo tài khoản quản trị' }).click();
  await page.waitForURL(/sign-in/);
  for (const it of [page, wide]) {
    await it.goto(`${site.origin}/sign-in`);
    await it.fill('#login', 'quan.tri');
    await it.fill('#password', 'một câu dài mà dễ nhớ');
    await it.getByRole('button', { name: 'Đăng nhập' }).click();
    await it.waitForURL((url) => url.pathname !== '/sign-in');
    await it.goto(`${site.origin}/account/reminders`);
  }
  await page.fill('#address', 'duy');
  // The page is asked, and not the browser, which speaks the language of the machine.
  await page.getByRole('button', { name: 'Gửi thư xác nhận' }).click();
  await page.waitForSelector('#summary');
  assert.equal(await page.inputValue('#address'), 'duy');
  await page.fill('#address', 'duy.dk@example.vn');
  await page.getByRole('button', { name: 'Gửi thư xác nhận' }).click();
  await page.waitForURL(/done=sent/);
  await look(page, 'absent-mail-sent');
  const [letter] = server.letters;
  assert.match(letter, /^Auto-Submitted: auto-generated$/m);
  const said = Buffer.from(letter.split('\n\n')[1], 'base64').toString();
  assert.ok(!said.includes('Duy'), said);
  const [, path] = said.match(/https:\/\/so\.example\.vn(\/reminders\/\S+)/);
  const stranger = await opened(browser, site);
  await stranger.goto(site.origin + path);
  await look(stranger, 'absent-mail-ask');
  await stranger.getByRole('button', { name: 'Bật nhắc việc' }).click();
  assert.match(await text(stranger), /Đã bật nhắc việc qua thư/);
  await wide.reload();
  assert.match(await text(wide), /Đang bật/);
  await page.goto(`${site.origin}/account/reminders`);
  await look(page, 'absent-mail-on');
  await wide.screenshot({ path: new URL('shots/absent-mail-on-1280.png', import.meta.url).pathname, fullPage: true });
  await wide.getByRole('button', { name: 'Tắt và xóa địa chỉ' }).click();
  await wide.waitForURL(/done=off/);
  assert.ok(!(await wide.content()).includes('duy.dk'));
  server.close();
  await site.stop();
});
