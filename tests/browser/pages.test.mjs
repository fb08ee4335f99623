// Every page that a role can reach by links, at two widths: nothing for axe to find, nothing wider than the window, in
// letters of 200 % as well, no control too small for a thumb, no word from the console, no request to anywhere else,
// HTML that two judges find no fault in; and on paper what it tells, without what is pressed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { markup } from './markup.mjs';
import { axe, launch, overflow, signedIn, smallTargets, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

const judged = markup();

/** What is wrong with the HTML as the server sends it. */
const invalid = async (page, path) => judged.invalid(await (await page.request.get(page.url())).text(), path);

/** Has letters twice as large, as a browser's own setting makes them, for a moment; how many pixels that is too wide. */
async function enlarged(page) {
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  const wide = await overflow(page);
  await page.evaluate(() => document.documentElement.removeAttribute('style'));
  return wide;
}

// What A4 leaves between its margins: 165 of 210 mm.
const SHEET = 623;
const OF_THE_SCREEN = 'nav, button, .btn, .crumb, .rail, .foot, .skip, .filter, .dock';

/** Prints the page: what of the screen comes with it, how much too wide it is, or that nothing comes. `kept` is how much
    of the screen stayed behind: with nothing to keep behind, nothing would be said. */
async function printed(page) {
  const size = page.viewportSize();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: SHEET, height: 900 });
  const found = [];
  const { come, kept, words } = await page.evaluate((selector) => {
    const all = [...document.querySelectorAll(selector)];
    const come = all.filter((it) => it.getClientRects().length).map((it) => it.outerHTML.slice(0, 90));
    return { come, kept: all.length - come.length, words: document.querySelector('main').innerText.trim().length };
  }, OF_THE_SCREEN);
  found.push(...come.map((it) => `prints ${it}`));
  if (words < 20) found.push('prints nothing');
  const wide = await overflow(page);
  if (wide > 0) found.push(`${wide} px wider than a sheet`);
  await page.emulateMedia({ media: null });
  await page.setViewportSize(size);
  return { found, kept };
}

/** Pages of one kind have one shape: a page of each is enough. What is asked for in the address of a list of people or of
    sheets, or of a file, changes its rows, not its shape. */
const shape = (path) => path.split('?')[0]
  .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')
  .replace(/\/units\/[^/]+/, '/units/{code}') + (path.includes('?') && !/\/(exports|evaluations)(\/|\?)|\/(members|changes)\?/.test(path) ? '?' + [...new URLSearchParams(path.split('?')[1]).keys()].sort().join('&') : '');

async function crawl(page) {
  const seen = new Set();
  const ahead = [new URL(page.url()).pathname];
  const found = [];
  let kept = 0;
  while (ahead.length) {
    const path = ahead.shift();
    if (seen.has(shape(path))) continue;
    seen.add(shape(path));
    await page.goto(demo.origin + path);
    const width = page.viewportSize().width;
    const say = (text) => found.push(`${width} ${path}: ${text}`);
    for (const it of await axe(page)) say(it);
    if (width === 360) for (const it of await invalid(page, path)) say(`html ${it}`);
    const wide = await overflow(page);
    if (wide > 0) say(`${wide} px too wide`);
    for (const it of await smallTargets(page)) say(`small: ${it}`);
    const large = width === 360 ? await enlarged(page) : 0;
    if (large > 0) say(`${large} px too wide in letters of 200 %`);
    if (width > 360) {
      const paper = await printed(page);
      paper.found.forEach(say);
      kept += paper.kept;
    }
    const links = await page.$$eval('a[href^="/"]', (all) => all.map((it) => it.getAttribute('href')));
    // A document of many sheets is one sheet many times: `evaluation.test.mjs` looks at it. So is the printed list of
    // a ward of 7,314 people, which takes axe minutes: the secretary's has the same shape.
    const passed = /\.(csv|xlsx)(\?|$)|\/evaluations\/print\?|thanh-sen\/members\/print|\/exports\/[^/]+\/file$/;
    ahead.push(...links.filter((it) => !passed.test(it)).map((it) => it.split('#')[0]));
  }
  return { found, seen, kept };
}

// What each must have come to: a page that no link leads to any more would else be looked at by nobody.
const EVERYBODY = ['/account', '/account/sessions', '/account/factor', '/account/tokens', '/privacy'];
const OF_A_PERSON = ['data', 'viewers', 'data-requests', 'restriction'].map((it) => `/members/{id}/${it}`);
const OF_COUNTS = ['', '/cells', '/chase'].map((it) => `/units/{code}${it}`);
const ROLES = {
  'bithu.tdp2': [...OF_A_PERSON, '/units/{code}', '/units/{code}/chase', '/units/{code}/data-requests'],
  'canbo.nguyendu': [...OF_A_PERSON, ...OF_COUNTS, ...['access-log', 'retention', 'data-requests'].map((it) => `/units/{code}/${it}`)],
  'tochuc.hatinh': OF_COUNTS,
  quantri: ['/administration/accounts', '/administration/protection', '/administration/backups', '/administration/units'],
};

for (const [login, musts] of Object.entries(ROLES)) {
  for (const width of [360, 1280]) {
    test(`checks 12, 13, 15, 16 and 30: what ${login} reaches at ${width} px`, async (t) => {
      const page = await signedIn(browser, demo, login, { width });
      const { found, seen, kept } = await crawl(page);
      t.diagnostic(`${seen.size} pages${width > 360 ? `, ${kept} parts of the screen not printed` : ''}`);
      if (process.env.PAGES) t.diagnostic([...seen].sort().join(' '));
      const reached = new Set([...seen].map((it) => it.split('?')[0]));
      assert.deepEqual([...EVERYBODY, ...musts].filter((it) => !reached.has(it)), [], 'no link leads there');
      assert.deepEqual([...found, ...page.troubles], []);
      if (width > 360) assert.ok(kept > 5 * seen.size, `${kept} of ${seen.size} pages`);
      await page.context().close();
    });
  }
}

test('check 15: the Nu checker finds no error in any of them', (t) => {
  t.diagnostic(`${judged.count()} pages`);
  assert.ok(judged.count() > 100, 'the tests above collect them');
  assert.deepEqual(judged.errors(), []);
});
