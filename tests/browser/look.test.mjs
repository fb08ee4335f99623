// How a browser is shown the pages: the largest letters and the strongest contrast, on a phone, in light and dark, without
// scrolling sideways; the simple mode; the roll one person at a time, without JavaScript; two pages of paper.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, launch, look, opened, overflow, shoot, signedIn, smallTargets, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const CELL = '/units/tdp-2-nguyen-du';
const picture = (page, name) =>
  shoot(page, `look-${name}-${page.viewportSize().width}.png`, { fullPage: true });
/** Presses a button of the form of looks, until the page is as it says. */
const press = async (page, name) => {
  const before = await page.getAttribute('html', 'class');
  await page.locator(`form.look button[name=${name}]`).click();
  await page.waitForFunction((it) => document.documentElement.getAttribute('class') !== it, before);
};
/** Looks at a page on which no script runs, so that axe does not either. */
const glance = async (page, name) => {
  await picture(page, name);
  assert.equal(await overflow(page), 0, name);
  assert.deepEqual(await smallTargets(page), [], name);
};
const letters = (page) => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));

const SECRETARY = ['/tasks', '/members', '/members/new', '/meetings', '/meetings/new', '/contributions', '/contributions/new',
  '/contributions/bulk', '/opinions', '/evaluations', '/import', ''].map((it) => CELL + it).concat('/account', '/help', '/privacy');
const OFFICER = ['/tasks', '', '/cells', '/chase', '/members', '/letters', '/works', '/evaluations', '/confirmed']
  .map((it) => `/units/nguyen-du${it}`);
const ADMINISTRATOR = ['/administration/units', '/administration/unit-list', '/administration/accounts',
  '/administration/slips', '/administration/start', '/administration/protection', '/administration/backups'];

for (const width of [360, 1280]) {
  for (const scheme of ['light', 'dark']) {
    test(`the largest letters and the strongest contrast need no scrolling sideways at ${width} px, ${scheme}`, async () => {
      const found = [];
      for (const [login, paths] of [['bithu.tdp2', SECRETARY], ['canbo.nguyendu', OFFICER], ['quantri', ADMINISTRATOR]]) {
        const page = await signedIn(browser, demo, login, { width });
        await page.emulateMedia({ colorScheme: scheme });
        const usual = await letters(page);
        await press(page, 'size');
        await press(page, 'size');
        await press(page, 'contrast');
        assert.equal(await letters(page), 2 * usual);
        for (const path of paths) {
          await page.goto(demo.origin + path);
          const wide = await overflow(page);
          if (wide > 0) found.push(`${path}: ${wide} px too wide`);
          const cut = await page.$$eval('button, .btn', (all) => all
            .filter((it) => it.getClientRects().length && it.scrollWidth > it.clientWidth + 1)
            .map((it) => it.textContent.trim()));
          if (cut.length) found.push(`${path}: cut ${cut}`);
          if (path.endsWith('/tasks') || path === `${CELL}/members/new`) {
            await picture(page, `${login}-${scheme}-${path.split('/').pop()}`);
            found.push(...(await axe(page)).map((it) => `${path}: ${it}`));
          }
        }
        await page.context().close();
      }
      assert.deepEqual(found, []);
    });
  }
}

test('what was typed stays when the letters grow; without a script the page comes back', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  await page.goto(`${demo.origin}${CELL}/members/new`);
  await page.fill('#full_name', 'Lê Văn An');
  await press(page, 'size');
  assert.match(await page.evaluate(() => document.documentElement.className), /large/);
  assert.equal(await page.inputValue('#full_name'), 'Lê Văn An');
  // The larger letters are long in coming: the page stays as it is, and is never without a style.
  let asked;
  const coming = new Promise((resolve) => { asked = resolve; });
  await page.route('**/*largest*.css', (route) => asked(route));
  const large = await letters(page);
  await page.locator('form.look button[name=size]').click();
  const late = await coming;
  assert.equal(await letters(page), large);
  await late.continue();
  await page.waitForFunction(() => document.documentElement.classList.contains('largest'));
  assert.ok(await letters(page) > large);
  assert.equal(await page.locator('link[rel=stylesheet]').count(), 1);
  assert.deepEqual(page.troubles, []);
  await page.context().close();
  const plain = await opened(browser, demo, { script: false });
  await plain.goto(`${demo.origin}/sign-in?next=%2Faccount`);
  await glance(plain, 'door');
  await plain.locator('form.look button[name=size]').click();
  assert.equal(new URL(plain.url()).search, '?next=%2Faccount');
  assert.equal(await plain.getAttribute('html', 'class'), 'large');
  await glance(plain, 'door-large');
  await plain.context().close();
});

test('the simple mode leads through a roll, one person a screen, without JavaScript', async () => {
  for (const width of [360, 1280]) {
    const page = await signedIn(browser, demo, 'bithu.tdp2', { width, script: false });
    await page.goto(`${demo.origin}/account`);
    await page.getByRole('button', { name: 'Bật chế độ đơn giản' }).click();
    await page.goto(`${demo.origin}/`);
    await glance(page, 'simple-home');
    assert.equal(await page.locator('.places a').count(), 3);
    await page.goto(`${demo.origin}${CELL}/tasks?view=others`);
    await glance(page, 'simple-others');
    await page.goto(`${demo.origin}${CELL}/meetings/new`);
    await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
    await page.getByRole('link', { name: 'Điểm danh', exact: true }).first().click();
    await page.waitForURL(/view=one/);
    await glance(page, 'simple-one');
    const name = await page.locator('h1').innerText();
    await page.getByRole('button', { name: 'Có phép', exact: true }).click();
    assert.notEqual(await page.locator('h1').innerText(), name);
    await page.getByRole('link', { name: 'Người trước' }).click();
    assert.equal(await page.locator('h1').innerText(), name);
    assert.match(await page.locator('main').innerText(), /Đang ghi: Có phép/);
    await glance(page, 'simple-before');
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  }
});

test('the guide is two pages of paper, and slips, lists, home and figures print without what is pressed', async () => {
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  await page.goto(`${demo.origin}/help`);
  await look(page, 'help');
  await page.goto(`${demo.origin}/help/paper`);
  await look(page, 'help-paper');
  const pages = async () => (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type \/Page\b/g).length;
  assert.equal(await pages(), 2);
  await page.goto(`${demo.origin}/help`);
  await press(page, 'size');
  await page.goto(`${demo.origin}/help/paper`);
  assert.equal(await pages(), 2, 'paper does not grow with the letters of the screen');
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 624, height: 900 });
  for (const path of ['/tasks', '/members', '/meetings', '', '/contributions']) {
    await page.goto(demo.origin + CELL + path);
    for (const it of ['.places', '.look', '.filter', '.foot', '.actions']) {
      assert.equal(await page.locator(it).filter({ visible: true }).count(), 0, `${path} prints ${it}`);
    }
    assert.equal(await overflow(page), 0, path);
    await picture(page, `print${path.replace('/', '-')}`);
  }
  await page.context().close();
});
