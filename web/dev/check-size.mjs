// Measures what a browser loads first for each page, gzip, and fails when a small page has grown beyond its limit.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
/** kB of gzip. The small pages' limits are promises to their users; the console's catches a dependency that slipped in. */
const pages = [
  ['sidebar.html', 100],
  ['h5.html', 150],
  ['admin.html', 400],
];

/** The page, the scripts and sheets it names, and what these import without being asked. */
function firstLoad(page) {
  const html = readFileSync(join(dist, page), 'utf8');
  const seen = new Set();
  const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
  while (queue.length > 0) {
    const path = queue.pop();
    if (seen.has(path)) continue;
    seen.add(path);
    if (!path.endsWith('.js')) continue;
    const code = readFileSync(join(dist, path), 'utf8');
    // Only static imports: `import … from "./x.js"`; `import("./x.js")` is loaded when needed.
    for (const [, name] of code.matchAll(
      /(?:^|[;}\s])import\s*(?:[^'"()]*?from\s*)?["']\.\/([^"']+\.js)["']/g,
    )) {
      queue.push(`assets/${name}`);
    }
  }
  return [page, ...seen];
}

let failed = false;
for (const [page, limit] of pages) {
  const files = firstLoad(page);
  const size =
    files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0) /
    1000;
  const over = size > limit;
  failed ||= over;
  console.log(
    `${page.padEnd(14)} ${size.toFixed(1).padStart(7)} kB gzip of ${limit} (${files.length} files)${over ? '  TOO LARGE' : ''}`,
  );
}
process.exit(failed ? 1 : 0);
