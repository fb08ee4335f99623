// One demonstration registry for a test file, and the few words the flows are written in.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const binary = process.env.HAICHIEU ?? join(here, '../../target/release/haichieu');
export const shots = join(here, 'shots');
mkdirSync(shots, { recursive: true });

/** Starts the program with these words, until `ready` is printed: its origin, all it printed, and how to stop it. */
async function start(words, ready, more = {}) {
  const environment = { ...process.env };
  delete environment.DATABASE_URL;
  const child = spawn(binary, [...words, '--listen', '127.0.0.1:0'], { env: { ...environment, ...more } });
  let printed = '';
  let complaints = '';
  child.stderr.on('data', (data) => { complaints += data; });
  const origin = await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`${words[0]} ended with ${code}: ${complaints}`)));
    child.stdout.on('data', (data) => {
      printed += data;
      const address = printed.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (address && ready.test(printed)) resolve(address[0]);
    });
  });
  const stop = () => new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.kill('SIGTERM');
  });
  // A server that takes connections and answers none of them.
  const freeze = () => child.kill('SIGSTOP');
  const thaw = () => child.kill('SIGCONT');
  return { origin, printed: () => printed, stop, freeze, thaw };
}

/** Starts `haichieu demo` on a free port, with the passwords of its accounts; `more` is added to its environment. */
export async function startDemo(more) {
  const demo = await start(['demo'], /Ctrl/, more);
  const password = (login) => {
    const line = demo.printed().split('\n').find((it) => it.trim().startsWith(login));
    return line.trim().split(/\s{2,}/)[1];
  };
  return { ...demo, password };
}

/** Starts `haichieu serve` on a registry of its own that nobody has been in, with the link for its first administrator. */
export async function startEmpty(more) {
  const folder = mkdtempSync(join(tmpdir(), 'haichieu-'));
  const database = join(folder, 'registry.db');
  const site = await start(['serve'], /\/links\/\S+\n/, { ...more, DATABASE_URL: `sqlite://${database}` });
  const stop = async () => {
    const ended = await site.stop();
    rmSync(folder, { recursive: true });
    return ended;
  };
  return { ...site, database, stop, link: site.printed().match(/\S+\/links\/\S+/)[0] };
}

/** A browser; `more` are words for it beside those that keep it from calling home. */
export const launch = (...more) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
});

/** A page of this width that remembers what went wrong on it. */
export async function opened(browser, site, { width = 360, script = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 740 : 900 },
    locale: 'en-US', // dates must not depend on it
    timezoneId: 'Asia/Ho_Chi_Minh',
    javaScriptEnabled: script,
  });
  const page = await context.newPage();
  page.troubles = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.troubles.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(site.origin)) page.troubles.push(`foreign request ${request.url()}`);
  });
  return page;
}

/** Such a page, signed in. */
export async function signedIn(browser, demo, login, options) {
  const page = await opened(browser, demo, options);
  await page.goto(`${demo.origin}/sign-in`);
  await page.fill('#login', login);
  await page.fill('#password', demo.password(login));
  await page.click('main button[type=submit]');
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  return page;
}

/** The code that a telephone with this secret shows at this moment (RFC 6238). */
export function code(letters, at = Date.now()) {
  const bits = [...letters.replace(/\s/g, '')].map((it) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(it).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((it) => parseInt(it, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** What axe finds on the page as it is. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => axe.run(document, {
    runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
  }));
  return violations.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
}

/** Controls that a thumb would miss: smaller than 44 by 44. */
export const smallTargets = (page) => page.evaluate(() => {
  const controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')];
  const inText = (el) => el.tagName === 'A' && getComputedStyle(el).display === 'inline';
  return controls
    .filter((el) => !inText(el) && !el.classList.contains('skip') && el.getClientRects().length)
    .map((el) => (['radio', 'checkbox'].includes(el.type) ? el.closest('label') : el))
    .filter((el) => { const box = el.getBoundingClientRect(); return box.width < 43.5 || box.height < 43.5; })
    .map((el) => `${el.outerHTML.slice(0, 90)} ${Math.round(el.getBoundingClientRect().width)}x${Math.round(el.getBoundingClientRect().height)}`);
});

/** How many pixels the page is wider than the window. */
export const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A picture of the page among the shots; taken once more where Chromium, beside other work, could not draw it. */
export async function shoot(page, name, options = {}) {
  const take = () => page.screenshot({ path: join(shots, name), ...options });
  await take().catch((error) => {
    if (!/Unable to capture/.test(error.message)) throw error;
    return take();
  });
}

/** Looks at the page as it is: a picture, axe, targets, nothing wider than the window. */
export async function look(page, name) {
  await shoot(page, `${name}-${page.viewportSize().width}.png`, { fullPage: true });
  assert.equal(await overflow(page), 0, name);
  assert.deepEqual(await axe(page), [], name);
  assert.deepEqual(await smallTargets(page), [], name);
}
