// The guides of docs/vi, read for the test that walks them: their tasks, what they quote of the pages, their pictures.
//
// A guide is a list of tasks (`## …`). In a task, **“…”** quotes the whole text of a link, a button, a label or a
// heading; *“…”* quotes words that the page shows; … stands for any name or number. Whatever quotes is a passage (a
// numbered step, a bullet, a paragraph), and a passage is about one page: the walk stands on it when it says `on`.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fewColours } from './png.mjs';

export const guides = join(dirname(fileURLToPath(import.meta.url)), '../../docs/vi');
const pictures = join(guides, 'pictures');
const writes = process.env.PICTURES === 'write';
const PATIENCE = 10_000;

// Pictures are of one evening, so that they change when a page does and not with the calendar.
const EVENING = Date.UTC(2026, 10, 15, 12, 30);
const LIBRARY = ['x86_64', 'aarch64'].map((it) => `/usr/lib/${it}-linux-gnu/faketime/libfaketimeMT.so.1`).find(existsSync);
let begun = Date.now();

/** What a server must find in its environment to live on that evening; nothing, where the clock cannot be set. */
export function onTheEvening() {
  assert.ok(LIBRARY || !writes, 'pictures want libfaketime');
  if (!LIBRARY) return {};
  begun = Date.now();
  return {
    LD_PRELOAD: LIBRARY, FAKETIME: '@2026-11-15 12:30:00', TZ: 'UTC',
    FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1',
  };
}

/** What that server's clock shows, in milliseconds. */
export const now = () => (LIBRARY ? EVENING + Date.now() - begun : Date.now());

/** The day there, in Việt Nam. */
export const today = () => new Date(now() + 7 * 3600 * 1000).toISOString().slice(0, 10).split('-').reverse().join('/');
export const year = () => Number(today().slice(6));

const one = (text) => text.replace(/\s+/g, ' ').trim();

/** The tasks of a guide: title, passages with what they quote, pictures. */
export function tasks(file) {
  const [head, ...sections] = readFileSync(join(guides, file), 'utf8').split(/^## /m);
  assert.ok(!head.includes('**“'), `${file} quotes a page before its first task`);
  return sections.map((section) => {
    const [title, ...lines] = section.split('\n');
    const blocks = lines.join('\n').replace(/`[^`]*`/g, '').split(/\n\s*\n|\n(?=\d+\. |- )/);
    const passages = blocks.map((block) => ({
      text: one(block),
      controls: [...block.matchAll(/\*\*“([^”]+)”\*\*/g)].map((it) => one(it[1])),
      words: [...block.matchAll(/(?<!\*)\*“([^”]+)”\*/g)].map((it) => one(it[1])),
    }));
    return {
      file,
      title: title.trim(),
      passages: passages.filter((it) => it.controls.length + it.words.length > 0),
      pictures: [...section.matchAll(/\]\(pictures\/([^)]+)\.png\)/g)].map((it) => it[1]),
    };
  });
}

export const everyGuide = () => readdirSync(guides).filter((it) => it.endsWith('.md') && it !== 'README.md').sort();

/** As a regular expression: … is anything short. */
const pattern = (quote) => quote.split('…').map((it) => it.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.{1,80}?');

/** In the page: the control that bears this text alone, the first that is seen; what can be pressed before what is read. */
function bearer(source) {
  const wanted = new RegExp(`^${source}$`, 'u');
  const plain = (text) => text.replace(/\s+/g, ' ').trim();
  const own = (el) => plain([...el.childNodes].filter((it) => it.nodeType === 3).map((it) => it.data).join(' '));
  const rank = (el) => ['BUTTON', 'A', 'LABEL'].indexOf(el.tagName) >>> 0;
  const kinds = 'button, a[href], label, summary, legend, option, h1, h2, h3, th, caption, dt, label span';
  const seen = [...document.querySelectorAll(kinds)].filter((el) => el.tagName === 'OPTION' || el.getClientRects().length);
  const found = seen.filter((el) => wanted.test(plain(el.innerText || el.textContent)) || wanted.test(own(el)));
  return found.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

/** Waits for it; null when it does not come. */
async function control(page, quote) {
  const found = page.waitForFunction(bearer, pattern(quote), { timeout: PATIENCE });
  return found.then((it) => it.asElement(), () => null);
}

/** Whether the page comes to show these words. */
const shows = (page, quote) => page.waitForFunction(
  (source) => new RegExp(source, 'ui').test(document.body.innerText.replace(/\s+/g, ' ')), pattern(quote), { timeout: PATIENCE },
).then(() => true, () => false);

/** The names of the pictures that are there. */
export const storedPictures = () => readdirSync(pictures).sort();

const walked = new Set();

/** One task of a guide, walked: `on` a page stands the next passage, `press` presses what it quotes. */
function walk(file, title) {
  const task = tasks(file).find((it) => it.title === title);
  assert.ok(task, `${file} has no task “${title}”`);
  const name = `${file}: ${title}`;
  assert.ok(!walked.has(name), `${name} is walked twice`);
  walked.add(name);
  const taken = [];
  let at = -1;
  let page;
  const passage = () => task.passages[at];
  return {
    /** The next passage is about this page, and true of it. */
    async on(next) {
      page = next;
      at += 1;
      assert.ok(passage(), `${name} says no more, at ${page.url()}`);
      for (const quote of passage().controls) {
        assert.ok(await control(page, quote), `${name}: “${quote}” is not on ${page.url()}\n${passage().text}`);
      }
      for (const quote of passage().words) {
        assert.ok(await shows(page, quote), `${name}: “${quote}” is not shown at ${page.url()}\n${passage().text}`);
      }
    },
    /** Presses what the passage quotes. */
    async press(quote) {
      assert.ok(passage().controls.includes(quote), `${name} does not speak of “${quote}” here: ${passage().text}`);
      const element = await control(page, quote);
      const leads = await element.evaluate((el) => el.tagName === 'A' && !el.getAttribute('href').startsWith('#'));
      await Promise.all([leads && page.waitForEvent('domcontentloaded'), element.click()]);
      await page.waitForLoadState();
    },
    /** A picture of the page as it is from `top` down, with `ring`s round what to press; `covered` is what chance makes. */
    async picture(label, { ring = [], covered = [], top, height } = {}) {
      assert.ok(task.pictures.includes(label), `${name} shows no picture ${label}`);
      taken.push(label);
      const path = join(pictures, `${label}.png`);
      if (writes) await take(page, path, { ring, covered, top, height });
      assert.ok(existsSync(path), `${path} is missing: PICTURES=write makes it`);
    },
    /** Nothing of the task is left. */
    end() {
      assert.equal(at + 1, task.passages.length, `${name}: not walked: ${task.passages[at + 1]?.text}`);
      assert.deepEqual([...taken].sort(), [...task.pictures].sort(), name);
    },
  };
}

/** A task of a guide as a test: its steps are given the words of the guide, and must come to their end. */
export function task(file, title, steps) {
  const it = walk(file, title);
  test(`${file}: ${title}`, async () => {
    await steps(it);
    it.end();
  });
}

/** The tasks of a guide that quote a page or show a picture, and that nobody has walked. */
export const unwalked = (file) => tasks(file)
  .filter((it) => it.passages.length + it.pictures.length > 0)
  .map((it) => `${file}: ${it.title}`)
  .filter((it) => !walked.has(it));

async function take(page, path, { ring, covered, top, height }) {
  const rung = [];
  for (const quote of ring) {
    const element = typeof quote === 'string' ? await control(page, quote) : quote;
    assert.ok(element, `nothing to ring: ${quote}`);
    rung.push(element);
  }
  const size = page.viewportSize();
  await page.setViewportSize({ ...size, height: height ?? size.height });
  if (top) await page.locator(top).first().evaluate((el) => window.scrollTo(0, el.getBoundingClientRect().top + scrollY - 12));
  else await page.evaluate(() => window.scrollTo(0, 0));
  for (const element of rung) {
    await element.evaluate((el) => {
      const box = (el.closest('.rows label, .choice') ?? el);
      box.style.outline = '4px solid #c2185b';
      box.style.outlineOffset = '3px';
    });
  }
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement?.blur());
  const mask = covered.map((it) => page.locator(it));
  const shot = await page.screenshot({ animations: 'disabled', mask, maskColor: '#d9cfbf' });
  writeFileSync(path, fewColours(shot));
  for (const element of rung) {
    await element.evaluate((el) => { (el.closest('.rows label, .choice') ?? el).removeAttribute('style'); });
  }
  await page.setViewportSize(size);
}
