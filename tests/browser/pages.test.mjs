// Every page that a role can reach by links, at two widths: nothing for axe to find, nothing wider than
// the window, no control too small for a thumb, no word from the console, no request to anywhere else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HtmlValidate } from 'html-validate';
import { axe, launch, overflow, signedIn, smallTargets, startDemo } from './support.mjs';

let demo;
let browser;
before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

// The standard's own rules; how the source is laid out is nobody's business but ours.
const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'no-raw-characters': 'off' },
});

/** What is wrong with the HTML as the server sends it (check 15). */
async function invalid(page) {
  const html = await (await page.request.get(page.url())).text();
  const { results } = await validator.validateString(html);
  return results.flatMap((it) => it.messages)
    .filter((it) => it.severity === 2)
    .map((it) => `${it.ruleId}: ${it.message} (line ${it.line})`);
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
  while (ahead.length) {
    const path = ahead.shift();
    if (seen.has(shape(path))) continue;
    seen.add(shape(path));
    await page.goto(demo.origin + path);
    const width = page.viewportSize().width;
    const say = (text) => found.push(`${width} ${path}: ${text}`);
    for (const it of await axe(page)) say(it);
    if (width === 360) for (const it of await invalid(page)) say(`html ${it}`);
    const wide = await overflow(page);
    if (wide > 0) say(`${wide} px too wide`);
    for (const it of await smallTargets(page)) say(`small: ${it}`);
    const links = await page.$$eval('a[href^="/"]', (all) => all.map((it) => it.getAttribute('href')));
    // A document of many sheets is one sheet many times: `evaluation.test.mjs` looks at it. So is the printed list of
    // a ward of 7,314 people, which takes axe minutes: the secretary's has the same shape.
    const passed = /\.(csv|xlsx)(\?|$)|\/evaluations\/print\?|thanh-sen\/members\/print|\/exports\/[^/]+\/file$/;
    ahead.push(...links.filter((it) => !passed.test(it)).map((it) => it.split('#')[0]));
  }
  return { found, seen };
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
    test(`${login} at ${width} px`, async (t) => {
      const page = await signedIn(browser, demo, login, { width });
      const { found, seen } = await crawl(page);
      t.diagnostic(`${seen.size} pages`);
      if (process.env.PAGES) t.diagnostic([...seen].sort().join(' '));
      const reached = new Set([...seen].map((it) => it.split('?')[0]));
      assert.deepEqual([...EVERYBODY, ...musts].filter((it) => !reached.has(it)), [], 'no link leads there');
      assert.deepEqual([...found, ...page.troubles], []);
      await page.context().close();
    });
  }
}
