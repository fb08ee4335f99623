// The first administrator of an empty registry: the link that the program prints, the second factor that it asks of
// those who see much, codes of a telephone and on paper, and the page of backups that a server keeps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { code, launch, look, opened, startEmpty } from './support.mjs';

let site;
let browser;
before(async () => { site = await startEmpty(); browser = await launch(); });
after(async () => { await browser?.close(); await site?.stop(); });

const LOGIN = 'quan.tri';
const PASSWORD = 'một câu dài mà dễ nhớ';
const text = (page, selector = 'main') => page.locator(selector).innerText();

async function password(page, then) {
  await page.fill('#login', LOGIN);
  await page.fill('#password', PASSWORD);
  await page.click('main button[type=submit]');
  await page.waitForURL(then);
}

test('the first administrator sets up a second factor before anything else, and comes in with it', async () => {
  const page = await opened(browser, site);
  await page.goto(site.link);
  await look(page, 'first-link');
  await page.fill('#login', LOGIN);
  await page.fill('#display_name', 'Đặng Khánh Duy');
  await page.fill('#password', PASSWORD);
  await page.fill('#again', PASSWORD);
  await page.locator('input[name=factors]').check();
  await page.getByRole('button', { name: 'Tạo tài khoản quản trị' }).click();
  await page.waitForURL(/\/sign-in/);
  await look(page, 'first-made');
  await password(page, /\/account\/factor$/);
  // Nothing else opens before.
  await page.goto(`${site.origin}/administration/units`);
  await page.waitForURL(/\/account\/factor$/);
  assert.match(await text(page), /bắt buộc có bảo vệ hai bước/);
  await look(page, 'first-factor');
  await page.getByRole('button', { name: 'Bắt đầu' }).click();
  const letters = await text(page, '#letters');
  await look(page, 'first-scan');
  await page.fill('#code', '000000' === code(letters) ? '111111' : '000000');
  await page.getByRole('button', { name: 'Bật bảo vệ hai bước' }).click();
  await page.waitForSelector('#code-wrong');
  assert.match(await page.title(), /^Lỗi: /);
  await look(page, 'first-wrong');
  assert.equal(await text(page, '#letters'), letters, 'a slip of the thumb does not ask for another scan');
  const first = code(letters);
  await page.fill('#code', first);
  await page.getByRole('button', { name: 'Bật bảo vệ hai bước' }).click();
  await page.waitForSelector('.codes');
  const paper = await page.locator('.codes code').allInnerTexts();
  assert.equal(new Set(paper).size, 10);
  await look(page, 'first-codes');
  await page.getByRole('link', { name: /Đã cất mã/ }).click();
  await page.goto(`${site.origin}/administration/units`);
  assert.equal(new URL(page.url()).pathname, '/administration/units');

  // The same code does not open twice; the next one does, and so does one on paper, once.
  const other = await opened(browser, site, { width: 1280 });
  await other.goto(`${site.origin}/sign-in`);
  await password(other, /\/sign-in\/code/);
  await look(other, 'first-second-step');
  await other.fill('#code', first);
  await other.getByRole('button', { name: 'Đăng nhập' }).click();
  await other.waitForSelector('#code-wrong');
  await other.fill('#code', code(letters, Date.now() + 30_000));
  await other.getByRole('button', { name: 'Đăng nhập' }).click();
  await other.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await other.goto(`${site.origin}/account/sessions`);
  assert.equal(await other.locator('tbody tr').count(), 2);
  await look(other, 'first-sessions');
  const third = await opened(browser, site);
  await third.goto(`${site.origin}/sign-in`);
  await password(third, /\/sign-in\/code/);
  await third.fill('#code', paper[0].toLowerCase());
  await third.getByRole('button', { name: 'Đăng nhập' }).click();
  await third.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await third.goto(`${site.origin}/account/factor`);
  assert.match(await text(third), /Mã dự phòng còn lại\s+9/);
  await look(third, 'first-on');
  await third.goto(`${site.origin}/account/factor/off`);
  await look(third, 'first-off');

  // Whoever sees a strange place ends it; that place is outside then.
  await page.goto(`${site.origin}/account/sessions`);
  await page.getByRole('button', { name: 'Đăng xuất mọi nơi khác' }).click();
  await page.waitForURL(/sessions\?done/);
  assert.equal(await page.locator('tbody tr').count(), 1);
  await look(page, 'first-ended');
  await third.goto(`${site.origin}/account`);
  await third.waitForURL(/\/sign-in/);
  // The server keeps backups; the page says where, and of which to write the head of the trail on paper.
  await page.goto(`${site.origin}/administration/backups`);
  await page.getByRole('button', { name: 'Sao lưu ngay' }).click();
  const there = `${site.origin}/administration/backups`;
  await page.waitForFunction(async (it) => (await (await fetch(it)).text()).includes('Tốt'), there, { polling: 250 });
  await page.goto(there);
  assert.match(await text(page, 'tbody'), /Tốt/);
  await look(page, 'first-backups');
  for (const it of [page, other, third]) {
    // The browser itself says 422 of what was typed wrong on purpose.
    assert.deepEqual(it.troubles.filter((said) => !said.includes('422')), []);
    await it.context().close();
  }
});
