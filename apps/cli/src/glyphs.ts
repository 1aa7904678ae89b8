const TWINS: Record<string, string> = {
  ...{ '✓': '+', '✗': 'x', '▲': '!', '◌': '?', '·': '-', '●': '*', '⚖': 'law', '◷': 'sla', '┊': ':' },
  ...{ '→': '->', '←': '<-', '…': '...', '×': 'x', '—': '-', '–': '-', '“': '"', '”': '"', '‘': "'", '’': "'" },
  ...{ '█': '#', '░': '.', '▓': '#', '▒': ':' },
};
const GLYPHS = new RegExp(`[${Object.keys(TWINS).join('')}]`, 'g');

/** Our own signs as ASCII; what others wrote, such as names, stays as it is. */
export const asciiTwins = (text: string): string => text.replace(GLYPHS, (glyph) => TWINS[glyph]!);

/** Whether the locale says that the terminal shows ASCII alone. @see POSIX, 8.2: LC_ALL before LC_CTYPE before LANG */
export function isAscii(env: NodeJS.ProcessEnv): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'];
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale);
}
