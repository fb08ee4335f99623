// The documents of the repository and where their links lead.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const NOT_OURS = new Set(['.git', 'target', 'node_modules', 'shots']);

/** Every file of the repository whose name is like this. */
export function repositoryFiles(like, folder = root) {
  return readdirSync(folder, { withFileTypes: true }).filter((it) => !NOT_OURS.has(it.name)).flatMap((it) => {
    const path = join(folder, it.name);
    if (it.isDirectory()) return repositoryFiles(like, path);
    return like.test(it.name) ? [path] : [];
  });
}

const prose = (path) => readFileSync(path, 'utf8').replace(/^```[^]*?^```/gm, '');

/** The anchors of a document, as GitHub makes them of its headings. */
function anchors(path) {
  const heads = [...prose(path).matchAll(/^#+ (.+)$/gm)].map((it) => it[1].replace(/[`*]|\]\([^)]*\)/g, ''));
  return new Set(heads.map((it) => it.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '').trim().replace(/ /g, '-')));
}

/** The relative links of a document that lead to no file, or to no heading of it. */
export function deadLinks(path) {
  const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map((it) => it[1] ?? it[2]);
  return links.filter((it) => !/^[a-z]+:/.test(it)).filter((link) => {
    const [file, anchor] = link.split('#');
    const there = file ? resolve(dirname(path), file) : path;
    if (!existsSync(there)) return true;
    return anchor !== undefined && statSync(there).isFile() && !anchors(there).has(decodeURIComponent(anchor));
  }).map((link) => `${relative(root, path)}: ${link}`);
}
