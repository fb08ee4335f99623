// Lighthouse on the five pages that are opened most, as on a telephone of the middle price (check 14), and what a page
// weighs on the way to it.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import lighthouse from 'lighthouse';
import { launch, signedIn, startDemo } from './support.mjs';

let demo;
let browser;
let port;
let cookie;
let pages;

/** A port that is free at this moment. */
const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

before(async () => {
  demo = await startDemo();
  port = await freePort();
  browser = await launch(`--remote-debugging-port=${port}`);
  const page = await signedIn(browser, demo, 'bithu.tdp2');
  const cell = '/units/tdp-2-nguyen-du';
  await page.goto(`${demo.origin}${cell}/meetings/new`);
  await page.getByRole('button', { name: 'Tạo cuộc họp' }).click();
  const roll = `${new URL(page.url()).pathname}/roll-call`;
  const cookies = await page.context().cookies();
  cookie = cookies.map((it) => `${it.name}=${it.value}`).join('; ');
  pages = { 'the door': '/sign-in', home: `${cell}/tasks`, [ROLL]: roll, 'the list of members': `${cell}/members`, 'the figures': cell };
  await page.context().close();
});
after(async () => { await browser?.close(); await demo?.stop(); });

/** What Lighthouse says of a page that is opened for the first time. An audit that Lighthouse itself could not make says
    nothing of the page: it is asked again. */
async function audited(path) {
  for (let tries = 1; ; tries += 1) {
    const { lhr } = await lighthouse(demo.origin + path, {
      port,
      logLevel: 'silent',
      onlyCategories: ['performance', 'accessibility', 'best-practices'],
      extraHeaders: path === '/sign-in' ? {} : { Cookie: cookie },
    });
    const unmade = Object.values(lhr.audits).filter((it) => it.scoreDisplayMode === 'error');
    if (!unmade.length) {
      assert.equal(lhr.finalDisplayedUrl, demo.origin + path);
      return lhr;
    }
    assert.ok(tries < 4, unmade.map((it) => `${it.id}: ${it.errorMessage}`).join());
    console.error(`asked again: ${unmade.map((it) => `${it.id}: ${it.errorMessage}`).join()}`);
  }
}

/** The audits of a category that are not at their best. */
const lost = (lhr, category) => lhr.categories[category].auditRefs
  .filter((it) => it.weight && lhr.audits[it.id].score !== null && lhr.audits[it.id].score < 1)
  .map((it) => `${it.id} ${lhr.audits[it.id].score}`);

// Bytes with their heads, of a first visit; style, script and icons are then kept for good, and a page weighs itself alone.
// What is wanted is 30,000 of any page and 15,000 of a roll, which holds its few icons itself: their file, of 1,200, is to
// it but the picture on its tab, which browsers ask for behind all else, and only if they have opened no other page.
const MOST = 18_000;
const OF_A_ROLL = 15_000;
const OF_A_ROLL_ALONE = 6_400;
const OF_THE_SCRIPT = 5_200;
const REQUESTS = 4;
const ROLL = 'the roll of 207';

for (const name of ['the door', 'home', ROLL, 'the list of members', 'the figures']) {
  test(`checks 10 and 14: ${name} stands before Lighthouse, and is light`, async (t) => {
    const lhr = await audited(pages[name]);
    const score = (category) => Math.round(lhr.categories[category].score * 100);
    assert.deepEqual(lost(lhr, 'accessibility'), []);
    assert.deepEqual(lost(lhr, 'best-practices'), []);
    assert.deepEqual([score('accessibility'), score('best-practices')], [100, 100]);
    const ms = (audit) => `${Math.round(lhr.audits[audit].numericValue)} ms`;
    t.diagnostic(`performance ${score('performance')}: largest paint ${ms('largest-contentful-paint')}, blocked ${ms('total-blocking-time')}`);
    assert.ok(lhr.audits['cumulative-layout-shift'].numericValue < 0.005, 'nothing is seen to jump while it comes');

    // The manifest and its icon are asked for by a browser that offers to install, when nothing else is to be done.
    const sent = lhr.audits['network-requests'].details.items
      .filter((it) => it.transferSize > 0 && !/\/(manifest\.webmanifest|icon-192\.png)$/.test(it.url));
    const bytes = (items) => items.reduce((sum, it) => sum + it.transferSize, 0);
    const script = sent.filter((it) => it.resourceType === 'Script');
    const itself = sent.filter((it) => it.resourceType === 'Document');
    t.diagnostic(`${bytes(sent)} bytes in ${sent.length} requests, the page itself ${bytes(itself)}, the script ${bytes(script)}`);
    assert.deepEqual(sent.filter((it) => !it.url.startsWith(demo.origin)), []);
    assert.ok(sent.length <= REQUESTS, sent.map((it) => it.url).join());
    assert.ok(bytes(script) <= OF_THE_SCRIPT, `${bytes(script)} bytes of script`);
    assert.ok(bytes(sent) <= MOST, `${bytes(sent)} bytes`);
    if (name !== ROLL) return;
    const drawn = bytes(sent.filter((it) => !it.url.endsWith('/icons.svg')));
    t.diagnostic(`${drawn} bytes without the picture on the tab`);
    assert.ok(drawn <= OF_A_ROLL, `${drawn} bytes`);
    assert.ok(bytes(itself) <= OF_A_ROLL_ALONE, `${bytes(itself)} bytes`);
  });
}
