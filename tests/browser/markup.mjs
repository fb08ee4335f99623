// Two judges of the HTML as the server sends it: html-validate at once, and the Nu checker of the W3C over many pages
// together, for it takes seconds to begin.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { HtmlValidate } from 'html-validate';

const jar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');

// The standard's own rules; how the source is laid out is nobody's business but ours.
const validator = new HtmlValidate({
  extends: ['html-validate:standard'],
  rules: { 'no-trailing-whitespace': 'off', 'long-title': 'off', 'no-raw-characters': 'off' },
});

/** Pages that were judged by one, and wait for the other. */
export function markup() {
  const pages = [];
  return {
    /** What html-validate finds in this page. */
    async invalid(html, name) {
      pages.push({ html, name });
      const { results } = await validator.validateString(html);
      return results.flatMap((it) => it.messages)
        .filter((it) => it.severity === 2)
        .map((it) => `${it.ruleId}: ${it.message} (line ${it.line})`);
    },
    /** What the Nu checker finds in all of them; warnings are not errors. */
    errors() {
      const folder = mkdtempSync(join(tmpdir(), 'haichieu-markup-'));
      try {
        const files = pages.map(({ html }, at) => {
          const file = join(folder, `${at}.html`);
          writeFileSync(file, html);
          return file;
        });
        const told = execFileSync('java', ['-jar', jar, '--errors-only', '--exit-zero-always', '--stdout', '--format', 'json', ...files], { maxBuffer: 1 << 28 });
        const { messages } = JSON.parse(told.length ? told : '{"messages":[]}');
        return messages.map((it) => `${pages[Number.parseInt(basename(it.url), 10)]?.name}: ${it.message} (line ${it.lastLine})`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    count: () => pages.length,
  };
}
