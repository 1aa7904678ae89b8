import { isAscii } from './glyphs.js';
import { fitting } from './output.js';
import { spanOf, timesIn } from './times.js';

describe('tables', () => {
  it.each([
    [[10, 20, 30], 80, [10, 20, 30]],
    [[10, 20, 30], 54, [10, 20, 20]],
    [[36, 40, 12], 60, [36, 14, 12]],
    [[90, 14], 40, [90, 14]],
  ])('of %j in %i columns are %j wide: names and amounts stay whole', (widths, columns, fitted) => {
    expect(fitting(widths, columns)).toEqual(fitted);
  });
});

describe('the locale', () => {
  it.each([
    [{}, false],
    [{ LANG: 'en_GB.UTF-8' }, false],
    [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, true],
    [{ LC_ALL: '', LANG: 'C.utf8' }, false],
    [{ LC_CTYPE: 'POSIX' }, true],
  ])('%j: ASCII alone: %s', (env, ascii) => {
    expect(isAscii(env)).toBe(ascii);
  });
});

describe('times', () => {
  it('are those of the zone, with its name', () => {
    expect(timesIn('UTC').at('2026-11-24T14:07:12.000418Z')).toBe('2026-11-24 14:07:12Z');
    expect(timesIn('America/New_York').clock('2026-11-24T14:07:12Z')).toBe('09:07:12');
    expect(timesIn('Europe/London').at('2026-06-30T23:30:00Z')).toBe('2026-07-01 00:30:00 BST');
  });
  it.each([
    [0, '0 s'],
    [59.6, '1 min'],
    [266_500, '3 d 2 h'],
    [86_400, '1 d'],
    [3_725, '1 h 2 min'],
  ])('of %d seconds are %s', (seconds, says) => {
    expect(spanOf(seconds)).toBe(says);
  });
});
