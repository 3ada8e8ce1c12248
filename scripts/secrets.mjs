// Looks for secrets in every file that git knows: keys, tokens and passwords in the forms
// that their makers gave them. Finds nothing in names, hashes and made-up values; what a
// test needs to look real is written so that it does not match, e.g. in two halves.
//
//   node scripts/secrets.mjs            the repository
//   node scripts/secrets.mjs --self     checks that each pattern finds its example
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const patterns = [
  [
    'a private key',
    /-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP |ENCRYPTED )?PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=]{20}/,
  ],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a Tencent Cloud key', /\bAKID[0-9A-Za-z]{32}\b/],
  ['an Alibaba Cloud key', /\bLTAI[0-9A-Za-z]{12,20}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{60,})\b/],
  ['a GitLab token', /\bglpat-[0-9A-Za-z_-]{20,}\b/],
  ['an npm token', /\bnpm_[0-9A-Za-z]{36}\b/],
  ['a Slack token', /\bxox[abprs]-[0-9A-Za-z-]{10,}/],
  ['a Google key', /\bAIza[0-9A-Za-z_-]{35}\b/],
  ['a Stripe key', /\b[rs]k_live_[0-9A-Za-z]{20,}\b/],
  ['an API key of a language model', /\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{40,}\b/],
  ['a JSON web token', /\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}/],
  [
    'a password in an address',
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"`$<{]+:(?!\*|•|…|pass|secret|hush|hunter2|x@|\$)[^\s:/@'"`$<{]{8,}@(?!127\.|localhost)[a-z0-9.-]+/i,
  ],
];

/** One example for each pattern, in halves, so that this file holds none. */
const examples = [
  `-----BEGIN PRIVATE${' '}KEY-----\nMIIEvQIBADANBgkqhkiG9w0B`,
  `AKIA${'IOSFODNN7EXAMPLE'}`,
  `AKID${'z8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE'}`,
  `LTAI${'4FexampleKey0001'}`,
  `ghp_${'0123456789abcdefghijklmnopqrstuvwxyz'}`,
  `glpat-${'0123456789abcdefghij'}`,
  `npm_${'0123456789abcdefghijklmnopqrstuvwxyz'}`,
  `xoxb-${'0123456789-abcdef'}`,
  `AIza${'0123456789abcdefghijklmnopqrstuvwxy'}`,
  `sk_live_${'0123456789abcdefghijkl'}`,
  `sk-ant-${'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH'}`,
  `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0In0'}.${'dozjgNryP4J3jVmNHl0w5N'}`,
  `postgres://${'admin'}:${'correct-horse-battery'}@db.example.com/x`,
];

for (const [i, [what, pattern]] of patterns.entries()) {
  if (!pattern.test(examples[i])) {
    console.error(`the pattern for ${what} does not find its example`);
    process.exit(1);
  }
}
if (process.argv.includes('--self')) process.exit(0);

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
  maxBuffer: 64 << 20,
});
let looked = 0;
let found = 0;
for (const file of files.split('\0').filter(Boolean)) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    continue; // removed, or a link to nowhere
  }
  if (text.includes('\0')) continue; // not a text
  looked++;
  for (const [n, line] of text.split('\n').entries()) {
    for (const [what, pattern] of patterns) {
      if (
        !pattern.test(line) &&
        !(what === 'a private key' && pattern.test(`${line}\n${text.split('\n')[n + 1] ?? ''}`))
      )
        continue;
      found++;
      console.error(`${file}:${n + 1}: looks like ${what}`);
    }
  }
}
console.log(`${looked} files, ${found} secrets`);
process.exit(found > 0 ? 1 : 0);
