// Lists every module and package that ends up in the program or its pages, with version and
// licence, and fails on one that is not permissive. What only builds and tests need may
// also be under the MPL.
//
//   node scripts/licences.mjs [FILE]     writes the list to FILE, else to standard output
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const permissive = [
  'MIT',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'ISC',
  '0BSD',
  'CC0-1.0',
  'Unlicense',
  'Zlib',
  'Python-2.0',
];
const forTests = [...permissive, 'MPL-2.0'];

/** What tells the texts of licences apart, the more particular first. */
const texts = [
  // Their titles: other licences name them in passing.
  ['AGPL-3.0', /^.{0,80}GNU AFFERO GENERAL PUBLIC LICENSE/i],
  ['LGPL', /^.{0,80}GNU LESSER GENERAL PUBLIC LICENSE/i],
  ['GPL', /^.{0,80}GNU GENERAL PUBLIC LICENSE/i],
  ['MPL-2.0', /Mozilla Public License[, ]*(?:Version|v\.?)? ?2\.0/i],
  ['Apache-2.0', /Apache License,? Version 2\.0/i],
  ['CC0-1.0', /CC0 1\.0 Universal|Creative Commons CC0/i],
  [
    'BSD-3-Clause',
    /Redistribution and use in source and binary forms.*(?:Neither the names? |without specific prior)/i,
  ],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms/i],
  ['ISC', /Permission to use, copy, modify, and\/?(?:or)? distribute this software for any purpose/i],
  ['MIT', /Permission is hereby granted, free of charge, to any person obtaining a copy/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
];

/** The licence of what is in a folder. Files about third parties tell of modules that have a row of their own. */
function licenceIn(folder) {
  const names = readdirSync(folder).filter(
    (name) => /^(?:licen[cs]e|copying|unlicense)/i.test(name) && !/3rd|third/i.test(name),
  );
  const found = new Set();
  for (const name of names) {
    let text;
    try {
      text = readFileSync(join(folder, name), 'utf8').replaceAll(/\s+/g, ' ');
    } catch {
      continue; // a folder
    }
    for (const [licence, pattern] of texts) {
      if (pattern.test(text)) {
        found.add(licence);
        break;
      }
    }
  }
  return [...found].sort().join(' AND ') || 'unknown';
}

function go(...args) {
  return execFileSync('go', args, { encoding: 'utf8', maxBuffer: 256 << 20 });
}

/** The modules of which something is compiled into what is named, with their folders. */
function modules(...args) {
  const form = '{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}';
  return [
    ...new Set(
      go('list', '-deps', '-f', form, ...args)
        .split('\n')
        .filter(Boolean),
    ),
  ].map((line) => line.split('\t'));
}

const rows = [];
const troubles = [];
const note = (where, name, version, licence, allowed) => {
  rows.push([where, name, version, licence]);
  // "A AND B" needs both, "A OR B" one of them.
  const fits = licence
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((one) => allowed.includes(one.trim())));
  if (!fits) troubles.push(`${where}: ${name} ${version} is under ${licence}`);
};

const linked = modules('./cmd/queqiao');
for (const [path, version, dir] of linked) note('program', path, version, licenceIn(dir), permissive);
const names = new Set(linked.map(([path]) => path));
for (const [path, version, dir] of modules('-test', './...')) {
  if (!names.has(path)) note('tests', path, version, licenceIn(dir), forTests);
}

const lock = JSON.parse(readFileSync('web/package-lock.json', 'utf8'));
for (const [place, one] of Object.entries(lock.packages)) {
  if (!place || one.link) continue;
  const name = place.replace(/^.*node_modules\//, '');
  note(
    one.dev || one.devOptional ? 'build' : 'pages',
    name,
    one.version,
    one.license ?? 'unknown',
    one.dev || one.devOptional ? forTests : permissive,
  );
}

rows.sort((a, b) => a.join('\t').localeCompare(b.join('\t'), 'en'));
const list = `${['for', 'name', 'version', 'licence'].join('\t')}\n${rows.map((row) => row.join('\t')).join('\n')}\n`;
if (process.argv[2]) writeFileSync(process.argv[2], list);
else process.stdout.write(list);
const count = (where) => rows.filter(([w]) => w === where).length;
console.error(
  `${count('program')} modules in the program, ${count('pages')} packages in its pages, ${count('tests')} and ${count('build')} for tests and build; ${troubles.length} not permissive`,
);
for (const trouble of troubles) console.error(trouble);
process.exit(troubles.length > 0 ? 1 : 0);
