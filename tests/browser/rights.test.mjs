// What people may ask of what is held about them: a request written down and answered, a copy on paper, who has
// looked, processing restricted; and the log in which the ward reads all of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, look, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const text = (page, selector = 'main') => page.locator(selector).innerText();
const choose = (page, name, word) => page.locator(`label:has(input[name=${name}])`, { hasText: word }).click();

for (const [width, place] of [[360, 3], [1280, 4]]) {
  test(`somebody asks what is held, gets it on paper, and has it restricted, at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width });
    await page.goto(`${demo.origin}${CELL}/members`);
    await page.locator('tbody th a').nth(place).click();
    await page.waitForURL(/\/members\/[0-9a-f-]{36}$/);
    const member = page.url();
    const name = await text(page, 'h1');
    await page.getByRole('link', { name: 'Dữ liệu về đồng chí' }).click();
    await look(page, 'rights-data');

    await page.getByRole('link', { name: 'Ghi một yêu cầu về dữ liệu' }).click();
    await page.getByRole('button', { name: 'Ghi yêu cầu' }).click();
    await page.waitForSelector('#summary');
    await look(page, 'rights-request-wrong');
    await choose(page, 'kind', 'Xem, nhận bản sao');
    await page.fill('#text', 'Cho tôi xem chi bộ đang giữ gì về tôi.');
    await page.getByRole('button', { name: 'Ghi yêu cầu' }).click();
    await page.waitForURL(/\/data-requests\/[0-9a-f-]{36}/);
    const request = page.url();
    await look(page, 'rights-request');

    await page.getByRole('link', { name: 'Lấy bản dữ liệu cho đồng chí' }).click();
    await page.getByRole('button', { name: 'Lấy bản dữ liệu' }).click();
    await page.waitForSelector('#summary');
    await look(page, 'rights-copy-wrong');
    await page.fill('#purpose', 'đưa cho đồng chí theo yêu cầu');
    await choose(page, 'format', 'Bản in A4');
    await page.getByRole('button', { name: 'Lấy bản dữ liệu' }).click();
    await page.waitForSelector('.a4');
    const sheet = await text(page, '.a4');
    assert.ok(sheet.includes(name) && /DỮ LIỆU CÁ NHÂN TRONG SỔ/.test(sheet), sheet);
    await look(page, 'rights-copy');
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    const sizes = [...pdf.matchAll(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/g)].map((it) => [Math.round(it[1]), Math.round(it[2])]);
    assert.ok(sizes.length >= 1 && sizes.length <= 8, `${sizes.length} pages`);
    for (const [wide, high] of sizes) assert.ok(Math.abs(wide - 595) < 2 && Math.abs(high - 842) < 2, `${wide} by ${high}`);

    await page.goto(request);
    await choose(page, 'step', 'Đã làm xong');
    await page.fill('#what', 'Đã đưa tận tay bản in.');
    await page.getByRole('button', { name: 'Ghi', exact: true }).click();
    await page.waitForLoadState();
    assert.match(await text(page), /Đã đưa tận tay bản in/);
    await look(page, 'rights-closed');
    await page.goto(`${demo.origin}${CELL}/data-requests`);
    assert.ok((await text(page)).includes(name));
    await look(page, 'rights-requests');

    await page.goto(`${member}/restriction`);
    await page.fill('#reason', 'Theo yêu cầu của đồng chí.');
    await page.getByRole('button', { name: 'Hạn chế từ hôm nay' }).click();
    await page.goto(member);
    assert.match(await text(page), /Đang hạn chế xử lý/);
    await look(page, 'rights-restricted');
    await page.goto(`${member}/restriction`);
    await look(page, 'rights-restriction');
    await page.goto(`${member}/viewers`);
    assert.match(await text(page, '.a4'), /Trần Thị Thanh Hòa/);
    await look(page, 'rights-viewers');
    assert.deepEqual(page.troubles.filter((said) => !said.includes('422')), []);
    await page.context().close();

    const officer = await signedIn(browser, demo, 'canbo.nguyendu', { width });
    await officer.goto(`${demo.origin}/units/thanh-sen/access-log`);
    assert.ok((await text(officer)).includes(name));
    await look(officer, 'rights-log');
    await officer.locator('tbody td a', { hasText: name }).first().click();
    assert.match(await text(officer, '.chips'), /Bỏ lọc: một đảng viên/);
    const whom = await officer.locator('td[data-l="Về ai"]').allInnerTexts();
    assert.deepEqual([...new Set(whom.map((it) => it.trim()))], [name]);
    assert.deepEqual(officer.troubles, []);
    await officer.context().close();
  });
}
