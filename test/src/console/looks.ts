import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../house.js';
import type { Seat, Theme } from './desk.js';

const FOLDER = join(ROOT, 'test/fixtures/console/looks');
/** The page without the frame's counts and clocks, which differ from run to run. */
const CLIP = { x: 208, y: 49, width: 1192, height: 800 };
/** Each pixel kept stands for sixteen: how letters are smoothed is gone, where things stand and in which colour is not. */
const SHRINK = 4;
/** Of 255, by the channel that differs most. */
const DIFFERS = 40;

/**
 * How much a page differs from the picture that is kept of it. `CONSOLE_LOOKS=keep` keeps what there is now instead.
 *
 * @param name of the picture
 * @returns share of the pixels that differ, 0 to 1
 */
export async function differs({ page, context }: Seat, name: string, theme: Theme): Promise<number> {
  const shot = (await page.screenshot({ clip: CLIP, animations: 'disabled' })).toString('base64');
  const file = join(FOLDER, `${name}-${theme}.png`);
  const keep = process.env['CONSOLE_LOOKS'] === 'keep';
  const kept = !keep && existsSync(file) ? readFileSync(file).toString('base64') : null;
  if (!keep && kept === null)
    throw new Error(`no picture is kept of ${name} in ${theme}: look at the page, then run with CONSOLE_LOOKS=keep`);
  const table = await context.newPage();
  try {
    const { small, share } = await table.evaluate(
      async ({ shot, kept, shrink, differs }) => {
        const bytesOf = async (base64: string, scale: number) => {
          const image = new Image();
          image.src = `data:image/png;base64,${base64}`;
          await image.decode();
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [Math.round(image.width / scale), Math.round(image.height / scale)];
          const draw = canvas.getContext('2d')!;
          draw.imageSmoothingQuality = 'high';
          draw.drawImage(image, 0, 0, canvas.width, canvas.height);
          return { canvas, data: draw.getImageData(0, 0, canvas.width, canvas.height).data };
        };
        const now = await bytesOf(shot, shrink);
        const small = now.canvas.toDataURL('image/png').split(',')[1]!;
        if (kept === null) return { small, share: 0 };
        const { data } = await bytesOf(kept, 1);
        if (data.length !== now.data.length) return { small, share: 1 };
        let count = 0;
        for (let at = 0; at < data.length; at += 4) {
          const most = Math.max(
            Math.abs(data[at]! - now.data[at]!),
            Math.abs(data[at + 1]! - now.data[at + 1]!),
            Math.abs(data[at + 2]! - now.data[at + 2]!),
          );
          if (most > differs) count += 1;
        }
        return { small, share: count / (data.length / 4) };
      },
      { shot, kept, shrink: SHRINK, differs: DIFFERS },
    );
    if (keep) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, Buffer.from(small, 'base64'));
    }
    return share;
  } finally {
    await table.close();
  }
}
