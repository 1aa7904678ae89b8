import { ProgressBar } from './progress-bar.js';

describe('the progress bar', () => {
  const draw = (isTTY: boolean, quiet = false) => {
    const written: string[] = [];
    const bar = new ProgressBar({ quiet }, 'hts.csv', 4 * 1024 * 1024, {
      isTTY,
      write: (text: string | Uint8Array) => written.push(String(text)) > 0,
    });
    for (let n = 0; n < 4000; n += 1) bar.advance(1024);
    bar.advance(96 * 1024);
    bar.clear();
    return written;
  };

  it('moves a percent at a time, and leaves nothing behind', () => {
    const written = draw(true);
    expect(written).toHaveLength(100);
    expect(written[50]).toBe('\r\x1b[2Khts.csv ████████████░░░░░░░░░░░░  50 % 2.0 of 4.0 MB');
    expect(written.at(-2)).toContain('100 % writing it down …');
    expect(written.at(-1)).toBe('\r\x1b[2K');
  });
  it('is silent where nobody watches', () => {
    expect(draw(false)).toEqual([]);
    expect(draw(true, true)).toEqual([]);
  });
});
