// A cell's whole year of comments, from its opening to the file: the ward opens, the secretary writes and signs 207
// sheets, the ward confirms, a stranger checks a code, the file holds every sheet.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { axe, launch, overflow, shoot, signedIn, smallTargets, startDemo } from './support.mjs';

let demo;
let browser;
let secretary;
let officer;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  secretary = await signedIn(browser, demo, 'bithu.tdp2');
  officer = await signedIn(browser, demo, 'canbo.nguyendu', { width: 1280 });
});
after(async () => { await browser?.close(); await demo?.stop(); });

const year = new Date(Date.now() + 7 * 3600 * 1000).getUTCFullYear();
const cell = '/units/tdp-2-nguyen-du/evaluations';
const text = (page, selector = 'main') => page.locator(selector).innerText();

/** Looks at the page as it is: a picture, axe, targets, nothing wider than the window. */
async function look(page, name) {
  await shoot(page, `year-${name}-${page.viewportSize().width}.png`);
  assert.equal(await overflow(page), 0, name);
  assert.deepEqual(await axe(page), [], name);
  assert.deepEqual(await smallTargets(page), [], name);
}

const choose = async (page, at) => {
  for (const row of await page.locator('#sheet .rows fieldset').all()) await row.locator('label').nth(at).click();
};

test('the ward opens the year and is told before what that brings', async () => {
  await officer.goto(`${demo.origin}/units/thanh-sen/evaluations`);
  await officer.getByRole('link', { name: /^Mở thêm|^Mở nhận xét/ }).click();
  await officer.fill('#year', String(year));
  const [day, month] = new Date(Date.now() + 7 * 3600 * 1000).toISOString().slice(5, 10).split('-').reverse();
  await officer.fill('#reference_on', `${day}/${month}/${year}`);
  await officer.getByRole('button', { name: 'Xem trước' }).click();
  await look(officer, 'plan');
  assert.match(await text(officer), /7\.314/);
  await officer.getByRole('button', { name: /^Mở 7\.314 phiếu/ }).click();
  assert.match(await text(officer), /Đã mở nhận xét của năm/);
  await look(officer, 'opened');
});

test('check 23: what was typed outlives a closed tab; saving goes on by name; the exempt are not there', async () => {
  await secretary.goto(demo.origin + cell);
  await look(secretary, 'cell-blank');
  assert.match(await text(secretary), /đã viết 0 trên 207 phiếu/);
  await secretary.getByRole('link', { name: 'Viết phiếu tiếp theo' }).click();
  const first = secretary.url();
  assert.equal(await secretary.locator('#sheet input:checked').count(), 0, 'nothing is chosen for anybody');
  assert.match(await text(secretary), /Phiếu thứ 1 trên 207, đã viết 0/);
  await choose(secretary, 0);
  await secretary.fill('#other_text', 'Dòng một\nDòng hai\nDòng ba');
  const context = secretary.context();
  await secretary.close({ runBeforeUnload: false });
  secretary = await context.newPage();
  secretary.troubles = [];
  await secretary.goto(first);
  assert.equal(await secretary.inputValue('#other_text'), 'Dòng một\nDòng hai\nDòng ba');
  assert.equal(await secretary.locator('#sheet input:checked').count(), 6);
  assert.match(await text(secretary, '#drafted'), /bản gõ dở/);
  await look(secretary, 'sheet-restored');
  await secretary.getByRole('button', { name: 'Lưu và sang người tiếp theo' }).click();
  await secretary.waitForURL(/saved=/);
  assert.match(await text(secretary), /Đã lưu phiếu của/);
  assert.match(await text(secretary), /Phiếu thứ 2 trên 207, đã viết 1/);
  assert.equal(await secretary.evaluate(() => Object.keys(localStorage).length), 0, 'a saved draft is not kept');
  const list = await context.newPage();
  await list.goto(`${demo.origin}${cell}/sheets?year=${year}`);
  assert.equal(await list.locator('tbody tr').count(), 207);
  await list.close();
});

test('one criterion is marked for many by a choice, and a marking is taken back', async () => {
  for (let criterion = 1; criterion <= 6; criterion += 1) {
    await secretary.goto(`${demo.origin}${cell}/grid?year=${year}&criterion=${criterion}`);
    assert.equal(await secretary.locator('main input:checked').count(), 0);
    if (criterion === 3) {
      await secretary.locator('input[name=sheet]').nth(4).check({ force: true });
      await look(secretary, 'grid');
      await secretary.locator('input[name=sheet]').nth(4).uncheck({ force: true });
    }
    await secretary.locator('input[name=option]').nth(1).check({ force: true });
    await secretary.locator('input[name=whom][value=others]').check({ force: true });
    await secretary.getByRole('button', { name: `Ghi tiêu chí ${criterion}` }).click();
    assert.match(await text(secretary), /Đã ghi cho 206 người/);
  }
  await secretary.getByRole('button', { name: /^Hoàn tác tiêu chí 6/ }).click();
  assert.match(await text(secretary), /Đã hoàn tác/);
  await secretary.locator('input[name=option]').nth(1).check({ force: true });
  await secretary.locator('input[name=whom][value=others]').check({ force: true });
  await secretary.getByRole('button', { name: 'Ghi tiêu chí 6' }).click();
  assert.match(await text(secretary), /Đã ghi cho 206 người/);
});

test('the meeting with the Front committee is recorded once, then the cell signs all', async () => {
  await secretary.goto(`${demo.origin}${cell}/sign?year=${year}`);
  assert.match(await text(secretary), /0 phiếu đủ để ký, 207 phiếu chưa/);
  await secretary.goto(`${demo.origin}${cell}?year=${year}`);
  await secretary.getByRole('link', { name: 'Ghi cuộc họp với mặt trận' }).click();
  const today = new Date(Date.now() + 7 * 3600 * 1000).toISOString().slice(0, 10).split('-').reverse().join('/');
  await secretary.fill('#held_on', today);
  await secretary.getByRole('button', { name: 'Ghi cuộc họp' }).click();
  await look(secretary, 'consultation-faults');
  assert.match(await secretary.title(), /^Lỗi: /);
  await secretary.fill('#cell_people', 'Bí thư, phó bí thư');
  await secretary.fill('#front_people', 'Trưởng ban công tác mặt trận');
  await secretary.getByRole('button', { name: 'Ghi cuộc họp' }).click();
  await secretary.getByRole('link', { name: 'Xem và ký' }).click();
  await look(secretary, 'sign');
  await secretary.getByRole('button', { name: 'Ký 207 phiếu' }).click();
  assert.match(await text(secretary), /chi bộ đã ký 207/);
  await look(secretary, 'cell-signed');
});

test('check 24: a sheet signed meanwhile answers 409 and keeps the text; the comment is copied exactly', async () => {
  const context = secretary.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.origin });
  await secretary.goto(`${demo.origin}${cell}/sheets?year=${year}`);
  const sheet = await secretary.locator('tbody th a').first().getAttribute('href');
  const answer = await secretary.evaluate(async (path) => {
    const body = new URLSearchParams({ version: '2', other_text: 'Chữ ở thẻ thứ hai', action: 'stay' });
    const response = await fetch(path, { method: 'POST', body });
    return { status: response.status, page: await response.text() };
  }, sheet);
  assert.equal(answer.status, 409);
  assert.match(answer.page, /id="kept" class="kept">Chữ ở thẻ thứ hai</);
  await secretary.goto(demo.origin + sheet);
  await secretary.getByRole('button', { name: 'Sao chép nhận xét' }).click();
  await secretary.waitForFunction(() => document.querySelector('#said').textContent !== '');
  assert.equal(await secretary.evaluate(() => navigator.clipboard.readText()), 'Dòng một\nDòng hai\nDòng ba');
  const plain = await signedIn(browser, demo, 'bithu.tdp2', { script: false });
  await plain.goto(demo.origin + sheet);
  assert.match(await text(plain, '#own'), /Dòng một\s+Dòng hai\s+Dòng ba/);
  assert.equal(await plain.locator('#own').evaluate((el) => getComputedStyle(el).userSelect), 'auto');
  await plain.context().close();
  await look(secretary, 'sheet-signed');
});

test('the ward gives one back and confirms the rest; a stranger checks a code', async () => {
  await officer.goto(`${demo.origin}/units/thanh-sen/evaluations?year=${year}`);
  await officer.getByRole('link', { name: '207 phiếu chờ xác nhận' }).click();
  await look(officer, 'confirm');
  await officer.locator('tbody th a').nth(1).click();
  await officer.getByRole('link', { name: 'Trả lại chi bộ' }).click();
  await officer.fill('#reason', 'Tiêu chí 3 chưa khớp với sổ họp');
  await officer.getByRole('button', { name: /^Trả lại phiếu của/ }).click();
  await look(officer, 'returned');
  await officer.goto(`${demo.origin}${cell}/confirm?year=${year}`);
  await officer.getByRole('button', { name: 'Xác nhận 206 phiếu' }).click();
  assert.match(await text(officer), /đảng ủy đã xác nhận 206/);
  await officer.goto(`${demo.origin}${cell}/sheets?year=${year}&state=confirmed`);
  await look(officer, 'confirmed');
  await officer.locator('tbody th a').first().click();
  const code = (await text(officer)).match(/[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}/)[0];
  const stranger = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  await stranger.goto(`${demo.origin}/verify`);
  await stranger.fill('#code', code.toLowerCase());
  await stranger.getByRole('button', { name: 'Kiểm tra' }).click();
  assert.match(await text(stranger), /Phiếu đã được xác nhận/);
  await look(stranger, 'verify');
  await stranger.context().close();
});

test('check 28: sheets print one to a page, on A4, with nothing of the screen', async () => {
  await officer.goto(`${demo.origin}${cell}/print?year=${year}&state=confirmed`);
  assert.equal(await officer.locator('article.a4').count(), 206);
  const pdf = await officer.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString('latin1').match(/\/Type \/Page\b/g).length;
  assert.equal(pages, 206);
});

test('sheets are sent to the workplace, and the year leaves as a file for a purpose', async () => {
  await officer.goto(`${demo.origin}${cell}/sheets?year=${year}&state=confirmed`);
  await officer.selectOption('#how', 'post');
  await officer.getByRole('button', { name: 'Ghi đã gửi 206 phiếu' }).click();
  assert.match(await text(officer), /Đã ghi gửi 206 phiếu/);
  await secretary.goto(`${demo.origin}${cell}?year=${year}`);
  await secretary.getByRole('link', { name: 'Tệp đánh giá của năm' }).click();
  await secretary.locator('input[name=format][value=excel-csv]').check({ force: true });
  await secretary.getByRole('button', { name: 'Xuất tệp' }).click();
  assert.match(await text(secretary), /Viết tệp dùng vào việc gì/);
  await look(secretary, 'export-faults');
  await secretary.fill('#purpose', 'nộp đảng ủy phường');
  const [download] = await Promise.all([
    secretary.waitForEvent('download'),
    secretary.getByRole('button', { name: 'Xuất tệp' }).click(),
  ]);
  const file = readFileSync(await download.path());
  assert.deepEqual([...file.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  const lines = file.toString('utf8').split('\r\n');
  const written = lines.filter((line) => line.includes('Nêu gương'));
  assert.equal(written.length, 206, 'all but the one given back');
  assert.match(lines[1], /Nêu gương tốt;Gương mẫu đi đầu;Tham gia đầy đủ/);
  assert.deepEqual(secretary.troubles, []);
  assert.deepEqual(officer.troubles, []);
});

test('check 30: signing out leaves no draft on the machine', async () => {
  await secretary.goto(`${demo.origin}${cell}/sheets?year=${year}&state=returned`);
  await secretary.locator('tbody th a').first().click();
  await secretary.fill('#other_text', 'Chữ gõ dở');
  assert.equal(await secretary.evaluate(() => Object.keys(localStorage).length), 1);
  await secretary.getByRole('button', { name: 'Đăng xuất' }).click();
  await secretary.waitForURL(/sign-in/);
  assert.equal(await secretary.evaluate(() => Object.keys(localStorage).length), 0);
});
