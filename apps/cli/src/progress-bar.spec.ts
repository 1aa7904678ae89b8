import { ProgressBar } from './progress-bar.js';

describe('the progress bar', () => {
  /** @param msPerStep how long each of 4000 steps takes */
  const draw = (isTTY: boolean, { quiet = false, msPerStep = 0 } = {}) => {
    const written: string[] = [];
    let time = 0;
    const stream = { isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
    const bar = new ProgressBar({ quiet }, 'hts.csv', 4 * 1024 * 1024, { stream, now: () => time });
    for (let n = 0; n < 4000; n += 1) {
      time += msPerStep;
      bar.advance(1024);
    }
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
  it('says how long it still takes, once that can be told', () => {
    const written = draw(true, { msPerStep: 10 });
    expect(written[1]).not.toContain('left');
    expect(written[50]).toContain(' 50 % 2.0 of 4.0 MB, 0.1 MB/s, 20 s left');
  });
  it('is a line every five seconds where no terminal is', () => {
    expect(draw(false)).toEqual([]);
    const written = draw(false, { msPerStep: 10 });
    expect(written).toHaveLength(8);
    expect(written[0]).toBe('hts.csv  12 % 0.5 of 4.0 MB, 0.1 MB/s, 36 s left\n');
  });
  it('is silent where data alone is wanted', () => {
    expect(draw(true, { quiet: true })).toEqual([]);
    expect(draw(false, { quiet: true, msPerStep: 10 })).toEqual([]);
  });
});
