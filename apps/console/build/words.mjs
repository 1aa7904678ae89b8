// Whether the catalogue holds the words of the sources, no more and no less, and whether each message is given what it asks for: exit 1
// and what is wrong, if not.
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const [catalogue] = await getCatalogs(getConfig({ cwd, configPath: join(cwd, 'lingui.config.mjs') }));
const [said, listed] = (await Promise.all([catalogue.collect(), catalogue.read('en')])).map(
  (messages) => new Set(Object.keys(messages ?? {})),
);
const problems = [
  ...[...said].filter((message) => !listed.has(message)).map((message) => `not in the catalogue: ${message}`),
  ...[...listed].filter((message) => !said.has(message)).map((message) => `said nowhere: ${message}`),
];

/** Names of the values, and numbers of the elements, that a message holds. */
function askedOf(message) {
  const asked = new Set();
  const walk = (tokens) => {
    for (const token of tokens) {
      if (typeof token === 'string') for (const [, n] of token.matchAll(/<\/?(\d+)\/?>/g)) asked.add(n);
      else if (Array.isArray(token)) {
        if (token[0] !== '#') asked.add(token[0]);
        if (typeof token[2] === 'object' && token[2] !== null)
          for (const form of Object.values(token[2])) walk(Array.isArray(form) ? form : [form]);
      }
    }
  };
  const compiled = compileMessage(message);
  walk(Array.isArray(compiled) ? compiled : [compiled]);
  return asked;
}

const keysOf = (object) =>
  object && ts.isObjectLiteralExpression(object) ? object.properties.map(({ name }) => name?.getText()) : [];
const textOf = (node) =>
  node && (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) ? node.text : undefined;
const inBraces = (node) => (node && ts.isJsxExpression(node) ? node.expression : node);

/** @returns the message and the names it is given, for `i18n.t(…)` and `<Trans …>` */
function messageAt(node) {
  if (ts.isCallExpression(node) && node.expression.getText() === 'i18n.t')
    return { message: textOf(node.arguments[0]), given: keysOf(node.arguments[1]) };
  if (!ts.isJsxSelfClosingElement(node) || node.tagName.getText() !== 'Trans') return undefined;
  const of = (name) => inBraces(node.attributes.properties.find((each) => each.name?.getText() === name)?.initializer);
  return { message: textOf(of('id')), given: [...keysOf(of('values')), ...keysOf(of('components'))] };
}

const sources = readdirSync(join(cwd, 'src'), { recursive: true }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.(spec|d)\.tsx?$/.test(file),
);
for (const file of sources) {
  const path = join(cwd, 'src', file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const place = (node) =>
    `${relative(cwd, path)}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
  const visit = (node) => {
    const found = messageAt(node);
    if (found && found.message === undefined) problems.push(`${place(node)}: the message is no plain text`);
    else if (found) {
      const asked = askedOf(found.message);
      for (const name of asked)
        if (!found.given.includes(name)) problems.push(`${place(node)}: {${name}} is not given: ${found.message}`);
      for (const name of found.given)
        if (!asked.has(name)) problems.push(`${place(node)}: ${name} is given and not said: ${found.message}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

if (said.size === 0) problems.push('no word was found in the sources');
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error('What the catalogue lacks or has too much is mended by: npm run words -w @tidewaiter/console');
  process.exit(1);
}
console.log(`${said.size} messages, all in the catalogue and each given what it asks for`);
process.exit(0);
