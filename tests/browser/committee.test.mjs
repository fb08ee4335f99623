// The organisation committee's day: the counts of any day, what is late, two days compared, figures confirmed, the year
// on paper, and two cells made one, looked at before and taken back after.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, look as seen, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const text = (page, selector = 'main') => page.locator(selector).innerText();

const look = (page, name) => seen(page, `committee-${name}`);

for (const width of [360, 1280]) {
  test(`the committee reads any day, and opens every figure it may, at ${width} px`, async () => {
    const page = await signedIn(browser, demo, 'tochuc.hatinh', { width });
    await page.goto(`${demo.origin}/units/tinh-ha-tinh`);
    for (const name of ['Thành Sen', 'Trần Phú', 'Hà Huy Tập', 'Cẩm Bình', 'Thạch Lạc', 'Đồng Tiến', 'Thạch Khê']) {
      assert.equal(await page.locator('#units th[scope=row]', { hasText: name }).count(), 1, name);
    }
    await look(page, 'province-today');
    await page.fill('#on', '31/12/2024');
    await page.fill('#year', '2024');
    await page.getByRole('button', { name: 'Xem ngày này' }).click();
    await page.locator('#units').getByRole('link', { name: 'Thành phố Hà Tĩnh' }).click();
    assert.match(await text(page, '.figures'), /9\.500/);
    assert.equal(await page.locator('#units tbody tr').count(), 15);
    assert.match(await text(page, 'section:has(#chase)'), /Phụ trách: |chưa có tài khoản phụ trách/);
    await look(page, 'city-2024');
    await page.locator('#units').getByRole('link', { name: 'Phường Nguyễn Du' }).click();
    assert.match(await text(page, '.figures'), /1\.201/);
    await look(page, 'ward-2024');
    await page.getByRole('link', { name: 'Báo cáo năm 2024' }).click();
    assert.match(await text(page), /1\.201/);
    await look(page, 'report');
    await page.goto(`${demo.origin}/units/tp-ha-tinh/compare?on=2024-12-31&against=2023-12-31`);
    assert.match(await text(page), /9\.500/);
    await look(page, 'compare');
    await page.goto(`${demo.origin}/units/thanh-sen/chase`);
    assert.match(await text(page), /Người phụ trách/);
    await look(page, 'chase');
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}

test('the committee confirms the figures of a day, which then stand', async () => {
  const page = await signedIn(browser, demo, 'tochuc.hatinh', { width: 1280 });
  await page.goto(`${demo.origin}/units/tinh-ha-tinh/confirmed/new?on=2024-12-31`);
  await look(page, 'confirm');
  await page.getByRole('button', { name: 'Chốt số liệu đến hết ngày 31/12/2024' }).click();
  assert.match(await text(page), /9\.500/);
  assert.match(await text(page), /Phan Quốc Toàn/);
  await look(page, 'confirmed');
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});

test('two cells are made one: drafted, looked at, applied, taken back', async () => {
  const page = await signedIn(browser, demo, 'tochuc.hatinh', { width: 1280 });
  const people = async (code) => {
    await page.goto(`${demo.origin}/units/${code}`);
    return text(page, '.figures .lead dd');
  };
  const [one, other] = [await people('binh-ly-thach-binh'), await people('binh-minh-thach-binh')];
  await page.goto(`${demo.origin}/reorganisations`);
  await page.getByRole('link', { name: /Soạn/ }).first().click();
  await page.selectOption('#unit', { label: 'Tỉnh Hà Tĩnh' });
  await page.fill('#effective_on', await page.evaluate(() => new Date(Date.now() + 7 * 3600e3).toISOString().slice(0, 10).split('-').reverse().join('/')));
  await page.fill('#legal_reference', 'Nghị quyết thử về sắp xếp thôn');
  await page.getByRole('button', { name: 'Soạn các bước' }).click();
  await look(page, 'draft-empty');
  const draft = page.url();
  await page.goto(`${draft}/steps/new?kind=merge&in=cam-binh-2025`);
  for (const code of ['binh-ly-thach-binh', 'binh-minh-thach-binh']) {
    await page.locator(`input[name=sources][value="${code}"]`).check({ force: true });
  }
  await page.selectOption('#target', 'binh-ly-thach-binh');
  await look(page, 'merge');
  await page.getByRole('button', { name: 'Thêm bước này' }).click();
  await page.getByRole('link', { name: 'Xem trước' }).click();
  assert.match(await text(page), /Máy đã kiểm tra/);
  await look(page, 'preview');
  await page.getByRole('button', { name: 'Áp dụng' }).click();
  assert.match(await text(page), /Đã áp dụng/);
  await look(page, 'applied');
  assert.equal(Number(await people('binh-ly-thach-binh')), Number(one) + Number(other));
  await page.goto(`${demo.origin}/units/binh-minh-thach-binh/history`);
  assert.match(await text(page), /Nghị quyết thử về sắp xếp thôn/);
  await look(page, 'history');
  await page.goto(`${draft}/undo`);
  await look(page, 'undo');
  await page.getByRole('button', { name: /^Hoàn tác/ }).click();
  assert.match(await text(page), /Đã hoàn tác/);
  assert.equal(await people('binh-ly-thach-binh'), one);
  assert.equal(await people('binh-minh-thach-binh'), other);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
});
