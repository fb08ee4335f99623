// The guide of docs/vi for whoever runs the server, walked from the first link of an empty registry: `guides.test.mjs`
// walks the others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { now, onTheEvening, task, unwalked } from './guide.mjs';
import { code, launch, opened, startEmpty } from './support.mjs';

let site;
let browser;
let server;
before(async () => {
  site = await startEmpty(onTheEvening());
  browser = await launch();
  server = await opened(browser, site, { width: 1280 });
});
after(async () => { await browser?.close(); await site?.stop(); });

const ofServer = (title, steps) => task('may-chu.md', title, steps);
const PASSWORD = 'mưa thuận gió hòa';

ofServer('Mở sổ lần đầu', async ({ on, press, picture }) => {
  await server.goto(site.link);
  await on(server);
  await server.fill('#login', 'quan.tri');
  await server.fill('#display_name', 'Đặng Khánh Duy');
  for (const field of ['#password', '#again']) await server.fill(field, PASSWORD);
  await press('Tạo tài khoản quản trị');
  await on(server);
  await server.fill('#login', 'quan.tri');
  await server.fill('#password', PASSWORD);
  await press('Đăng nhập');
  await on(server);
  await press('Bắt đầu');
  await on(server);
  const letters = await server.locator('#letters').innerText();
  await picture('hai-buoc', { ring: ['Bật bảo vệ hai bước'], covered: ['main svg.qr', '#letters'], height: 1120 });
  await server.fill('#code', code(letters, now()));
  await press('Bật bảo vệ hai bước');
  await on(server);
  await press('Đã cất mã, vào sổ');
});

/** Opens a unit on the form that is open. */
async function unit(name, kind, key) {
  await server.fill('#name', name);
  await server.locator(`input[name=kind][value=${kind}], select[name=kind] option[value=${kind}]`).first().evaluate((el) => {
    if (el.tagName === 'OPTION') el.selected = true;
    else el.checked = true;
  });
  await server.fill('#code', key);
  await server.fill('#from_on', '01/07/2025');
}

ofServer('Mở đơn vị', async ({ on, press, picture }) => {
  await server.goto(`${site.origin}/administration/units`);
  await on(server);
  await press('Mở đơn vị cấp trên cùng');
  await on(server);
  await unit('Tỉnh Hà Tĩnh', 'province', 'tinh-ha-tinh');
  await press('Mở đơn vị');
  await on(server);
  await press('Mở đơn vị bên dưới');
  await unit('Phường Thành Sen', 'ward', 'thanh-sen');
  await picture('mo-don-vi', { ring: ['Mở đơn vị'], height: 1000 });
  await server.getByRole('button', { name: 'Mở đơn vị' }).click();
  await server.getByRole('link', { name: 'Mở đơn vị bên dưới' }).click();
  await unit('Chi bộ tổ dân phố 2', 'cell', 'tdp-2');
  await server.getByRole('button', { name: 'Mở đơn vị' }).click();
  await server.waitForURL(/units\/tdp-2/);
});

let account;
let link;

ofServer('Tạo tài khoản', async ({ on, press, picture }) => {
  await server.goto(`${site.origin}/administration/accounts`);
  await on(server);
  await press('Tạo tài khoản');
  await on(server);
  await server.fill('#display_name', 'Trần Thị Thanh Hòa');
  await server.fill('#login', 'bithu.tdp2');
  await press('Bí thư chi bộ');
  await server.fill('#unit', 'tdp-2');
  await server.getByRole('button', { name: 'Tạo tài khoản' }).click();
  await on(server);
  account = server.url().split('?')[0];
  await picture('tai-khoan', { ring: ['Cấp đường dẫn đặt mật khẩu'] });
  await press('Cấp đường dẫn đặt mật khẩu');
  await on(server);
  link = await server.locator('main').getByText('/links/').innerText();
  await server.goto(account);
  await on(server);
});

ofServer('Quên mật khẩu, mất điện thoại, nghỉ việc', async ({ on, press }) => {
  const person = await opened(browser, site);
  await person.goto(site.origin + link);
  for (const field of ['#password', '#again']) await person.fill(field, PASSWORD);
  await person.getByRole('button', { name: 'Đặt mật khẩu' }).click();
  await person.fill('#login', 'bithu.tdp2');
  await person.fill('#password', PASSWORD);
  await person.getByRole('button', { name: 'Đăng nhập' }).click();
  await person.waitForURL((url) => url.pathname !== '/sign-in');
  await server.goto(account);
  await on(server);
  await on(server);
  await press('Đăng xuất mọi nơi của …');
  await on(server);
  await person.context().close();
});

ofServer('Bắt buộc bảo vệ hai bước', async ({ on, press }) => {
  await server.goto(`${site.origin}/administration/accounts`);
  await on(server);
  await press('Bảo vệ tài khoản');
  await on(server);
  await press('Ghi');
  await server.getByText('Đã ghi').waitFor();
});

ofServer('Sao lưu', async ({ on, press, picture }) => {
  await server.goto(`${site.origin}/administration/units`);
  await on(server);
  await press('Sao lưu');
  const there = server.url();
  await server.getByRole('button', { name: 'Sao lưu ngay' }).click();
  await server.waitForFunction(async (it) => (await (await fetch(it)).text()).includes('Tốt'), there, { polling: 250 });
  await server.goto(there);
  await on(server);
  await picture('sao-luu', { ring: ['Sao lưu ngay'], covered: ['main p code:first-of-type', 'td[data-l=Tệp]'] });
});

test('the guide is walked to its end', () => {
  assert.deepEqual(unwalked('may-chu.md'), []);
  assert.deepEqual(server.troubles, []);
});
