import type { SampleUser } from './users.js';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char]!);

const STYLE = `
  :root { color-scheme: light dark; --ground: #f6f7f9; --sheet: #fff; --ink: #0e1b29; --soft: #44546a; --edge: #76828f; --accent: #0b4a92 }
  @media (prefers-color-scheme: dark) { :root { --ground: #0e151d; --sheet: #151e28; --ink: #e8edf2; --soft: #b4c0cc; --edge: #72818f; --accent: #6cb8e6 } }
  body { margin: 0 auto; max-width: 62rem; padding: 2rem 1rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
  ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .75rem; padding: 0; list-style: none }
  .card { display: block; box-sizing: border-box; width: 100%; height: 100%; padding: .9rem 1rem; text-align: left; background: var(--sheet); color: inherit; border: 1px solid var(--edge); border-radius: 8px; font: inherit }
  button.card { cursor: pointer } button.card:hover { border-color: var(--accent) } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  .card b { display: block } .card span { color: var(--soft); font-size: .9rem } p { color: var(--soft); max-width: 60ch } code { font-size: .9em }`;

const card = (user: SampleUser): string =>
  `<b>${escaped(user.name)}</b><span>${escaped(user.email)} · ${escaped(user.roles.join(', '))} in ${escaped(user.tenant)}</span>`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style><main><h1>${escaped(title)}</h1>${body}</main></html>`;

/** The sample users, for reading. */
export const usersPage = (users: readonly SampleUser[]): string =>
  page(
    'Sample users',
    `<p>This identity provider is for this machine only. It asks for no password and must never be reachable from elsewhere. For a token on the command line: <code>npx tidewaiter token --as operator</code>.</p><ul>${users
      .map((user) => `<li><div class="card">${card(user)}</div></li>`)
      .join('')}</ul>`,
  );

/** The sample users, to sign in as one of them. @param uid the interaction that waits */
export const signInPage = (users: readonly SampleUser[], uid: string): string =>
  page(
    'Sign in as a sample user',
    `<p>This identity provider is for this machine only: choose who you want to be.</p><form method="post" action="/interaction/${escaped(uid)}"><ul>${users
      .map((user) => `<li><button class="card" name="user" value="${escaped(user.id)}">${card(user)}</button></li>`)
      .join('')}</ul></form>`,
  );
