/** A name as it may be shown and handed out again: no path, no control or direction marks, at most 255 characters. */
export function safeName(given: string | undefined): string {
  const last = (given ?? '').split(/[/\\]/).pop() ?? '';
  const clean = last
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}"<>|:*?]/gu, '_')
    .replace(/^\.+/, '')
    .trim();
  if (clean.length <= 255) return clean || 'unnamed';
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? '';
  return `${clean.slice(0, 255 - extension.length)}${extension}`;
}
