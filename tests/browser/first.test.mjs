// The first administrator of an empty registry: the link that the program prints, the second factor that it asks of
// those who see much, codes of a telephone and on paper, and the page of backups that a server keeps. And the way of a
// newcomer who has read nothing: from the empty registry by its checklist to a roll that was called.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { code, launch, look, opened, startEmpty } from './support.mjs';

let site;
let browser;
before(async () => { site = await startEmpty(); browser = await launch(); });
after(async () => { await browser?.close(); await site?.stop(); });

const LOGIN = 'quan.tri';
const PASSWORD = 'một câu dài mà dễ nhớ';
const text = (page, selector = 'main') => page.locator(selector).innerText();

async function password(page, then, login = LOGIN, secret = PASSWORD) {
  await page.fill('#login', login);
  await page.fill('#password', secret);
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

const UNITS = `code,parent_code,kind,name,from_on
phuong-a,,Phường,Phường An Bình,2025-07-01
tdp-1,phuong-a,Chi bộ,Chi bộ tổ dân phố 1,2025-07-01
tdp-2,phuong-a,Chi bộ,Chi bộ tổ dân phố 2,2025-07-01`;
const LIST = fileURLToPath(new URL('../fixtures/utf8.csv', import.meta.url));

test('a newcomer comes by the checklist from an empty registry to a called roll', async (t) => {
  const own = await startEmpty();
  const began = Date.now();
  const reached = (what) => t.diagnostic(`${((Date.now() - began) / 1000).toFixed(1)} s: ${what}`);
  const admin = await opened(browser, own);
  await admin.goto(own.link);
  await admin.fill('#login', LOGIN);
  await admin.fill('#display_name', 'Đặng Khánh Duy');
  await admin.fill('#password', PASSWORD);
  await admin.fill('#again', PASSWORD);
  await admin.locator('input[name=factors]').uncheck();
  await admin.getByRole('button', { name: 'Tạo tài khoản quản trị' }).click();
  await admin.waitForURL(/\/sign-in/);
  await password(admin, /\/administration\/start$/);
  assert.match(await text(admin), /Bắt đầu: 1 trong 5 bước/);
  await look(admin, 'start-1');
  reached('an administrator, and the checklist');

  await admin.getByRole('link', { name: 'Mở đơn vị' }).click();
  await look(admin, 'start-units');
  await admin.fill('#list', UNITS.replace('2025-07-01', '31/6/2025'));
  await admin.getByRole('button', { name: 'Mở các đơn vị' }).click();
  await admin.waitForSelector('#list-wrong');
  await look(admin, 'start-units-wrong');
  await admin.fill('#list', UNITS);
  await admin.getByRole('button', { name: 'Mở các đơn vị' }).click();
  await admin.waitForURL(/\/administration\/start$/);
  assert.match(await text(admin), /Bắt đầu: 2 trong 5 bước/);
  reached('a ward and its cells');

  await admin.getByRole('link', { name: 'Tạo tài khoản, in phiếu' }).click();
  for (const [name, login, role, unit] of [
    ['Trần Thị Bình', 'bithu.tdp1', 'cell_secretary', 'tdp-1'],
    ['Lê Văn Sửu', 'canbo.a', 'ward_officer', 'phuong-a'],
  ]) {
    await admin.getByRole('link', { name: /^Tạo (thêm )?tài khoản$/ }).click();
    await admin.fill('#display_name', name);
    await admin.fill('#login', login);
    await admin.locator(`input[name=role][value=${role}]`).check();
    await admin.fill('#unit', unit);
    await admin.getByRole('button', { name: 'Tạo tài khoản' }).click();
    await admin.waitForURL(/\/administration\/accounts\/[0-9a-f-]{36}$/);
    await admin.goto(`${own.origin}/administration/slips`);
  }
  await look(admin, 'start-slips');
  await admin.getByRole('button', { name: 'Làm phiếu để in' }).click();
  await admin.waitForSelector('.slip');
  assert.equal(await admin.locator('.slip').count(), 2);
  await look(admin, 'start-slips-paper');
  const slip = admin.locator('.slip', { hasText: 'bithu.tdp1' });
  const link = await slip.locator('.address').first().innerText();
  reached('two accounts, and their slips');

  const secretary = await opened(browser, own);
  await secretary.goto(link);
  await secretary.fill('#password', 'con trâu đi trước cái cày');
  await secretary.fill('#again', 'con trâu đi trước cái cày');
  await secretary.getByRole('button', { name: 'Đặt mật khẩu' }).click();
  await secretary.waitForURL(/\/sign-in/);
  await password(secretary, /\/units\/tdp-1\/tasks$/, 'bithu.tdp1', 'con trâu đi trước cái cày');
  await look(secretary, 'start-secretary');
  await secretary.getByRole('link', { name: 'Nhập danh sách đang có' }).click();
  await secretary.setInputFiles('#file', LIST);
  await secretary.getByRole('button', { name: 'Xem danh sách trong tệp' }).click();
  await secretary.waitForURL(/\/imports\//);
  await look(secretary, 'start-import');
  await secretary.getByRole('button', { name: /^Ghi 5 dòng vào sổ/ }).click();
  await secretary.waitForLoadState();
  reached('the list');
  await admin.goto(`${own.origin}/`);
  assert.match(await text(admin), /Bắt đầu: 4 trong 5 bước/);

  await secretary.goto(`${own.origin}/`);
  await secretary.getByRole('link', { name: 'Tạo cuộc họp định kỳ' }).click();
  await secretary.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  await secretary.getByRole('link', { name: 'Điểm danh', exact: true }).click();
  // Before the script is there, the button saves at once, as without one.
  await secretary.waitForURL(/\/roll-call$/, { waitUntil: 'load' });
  await secretary.locator('.dock button[value=present-rest]').click();
  await secretary.locator('#save').click();
  await secretary.waitForURL(/\/saved$/);
  assert.match(await text(secretary), /5\s*\/5/);
  reached('the first meeting, and its roll');
  await admin.goto(`${own.origin}/`);
  assert.equal(new URL(admin.url()).pathname, '/administration/units');
  for (const it of [admin, secretary]) {
    assert.deepEqual(it.troubles.filter((said) => !said.includes('422')), []);
    await it.context().close();
  }
  await own.stop();
});
