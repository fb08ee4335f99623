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

/** Pages of one kind have one shape: a page of each is enough. What is asked for in the address of a list of sheets or of
    a file changes its rows, not its shape. */
const shape = (path) => path.split('?')[0]
  .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')
  .replace(/\/units\/[^/]+/, '/units/{code}') + (path.includes('?') && !/\/(exports|evaluations)(\/|\?)/.test(path) ? '?' + [...new URLSearchParams(path.split('?')[1]).keys()].sort().join('&') : '');

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
    // A document of many sheets is one sheet many times: `evaluation.test.mjs` looks at it.
    const passed = /\.(csv|xlsx)(\?|$)|\/evaluations\/print\?|\/exports\/[^/]+\/file$/;
    ahead.push(...links.filter((it) => !passed.test(it)).map((it) => it.split('#')[0]));
  }
  return { found, pages: seen.size };
}

for (const login of ['bithu.tdp2', 'canbo.nguyendu', 'tochuc.hatinh', 'quantri']) {
  for (const width of [360, 1280]) {
    test(`${login} at ${width} px`, async (t) => {
      const page = await signedIn(browser, demo, login, { width });
      const { found, pages } = await crawl(page);
      assert.ok(pages >= 4, `only ${pages} pages were reached`);
      t.diagnostic(`${pages} pages`);
      assert.deepEqual([...found, ...page.troubles], []);
      await page.context().close();
    });
  }
}
