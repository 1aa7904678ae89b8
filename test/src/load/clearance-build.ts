import { benchBuilding } from '@tidewaiter/customs/testing';
import type { Figures } from './figures.js';

/** Building and validating a declaration of 100 lines against writing the same XML with the library alone. */
export async function building(figures: Figures): Promise<void> {
  const { lines, buildAndValidateUs, writeAloneUs } = await benchBuilding();
  const ratio = buildAndValidateUs / writeAloneUs;
  figures.add(
    `building and validating a declaration of ${lines} lines`,
    `${buildAndValidateUs.toFixed(0)} µs, writing the same XML alone ${writeAloneUs.toFixed(0)} µs, ${ratio.toFixed(2)} times`,
    'at most 4 times',
    ratio <= 4,
  );
}
