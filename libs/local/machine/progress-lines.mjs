const STEP_MS = 5000;
const QUIET = new Set(['fetching', 'building', 'installing']);

/**
 * Shows the steps of parts that go on side by side: in a terminal one line each, redrawn; elsewhere plain lines, and of what
 * repeats itself one every five seconds.
 */
export function progressLines(out = process.stderr) {
  const rows = new Map();
  const told = new Map();
  let drawn = 0;

  function draw() {
    const width = (out.columns ?? 80) - 1;
    if (drawn) out.write(`\x1b[${drawn}A`);
    for (const row of rows.values()) out.write(`\x1b[2K${lineOf(row, true).slice(0, width)}\n`);
    drawn = rows.size;
  }

  return {
    show(progress) {
      rows.set(progress.part, progress);
      if (out.isTTY) return draw();
      const last = told.get(progress.part);
      if (last && last.phase === progress.phase && QUIET.has(progress.phase) && Date.now() - last.at < STEP_MS) return;
      told.set(progress.part, { phase: progress.phase, at: Date.now() });
      out.write(`${lineOf(progress, false)}\n`);
    },
    /** What follows stands below what was drawn. */
    settle() {
      drawn = 0;
      rows.clear();
    },
  };
}

export function lineOf({ part, phase, text, share, ms }, withBar) {
  const bar = withBar && share !== undefined ? ` ${'█'.repeat(Math.round(share * 10)).padEnd(10, '░')}` : '';
  const percent = share !== undefined && share > 0 && share < 1 ? ` ${Math.round(share * 100)} %` : '';
  return `${part.padEnd(20)}${bar} ${phase}${percent}  ${text}  ${seconds(ms)}`;
}

export const seconds = (ms) =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
