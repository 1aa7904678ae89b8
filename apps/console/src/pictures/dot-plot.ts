import { px } from './scale.js';

export interface Dot {
  x: number;
  y: number;
  at: string;
  /** whether it lies behind the deadline */
  late: boolean;
}
export interface DotPlot {
  dots: Dot[];
  /** where the deadline stands; null where there is none, or where it is out of the picture */
  deadline: number | null;
  /** how many of the dots lie behind the deadline */
  late: number;
  /** first and last day of the picture, in epoch milliseconds */
  span: [from: number, to: number];
  height: number;
}

const RADIUS = 6;

/**
 * Equally likely instants as counted dots, stacked where they are near: how many of twenty lie behind the line is read by counting.
 *
 * @param instants ascending, at least one
 * @param width px
 * @see Fernandes et al., Uncertainty Displays Using Quantile Dotplots or CDFs Improve Transit Decision-Making (CHI 2018)
 */
export function dotPlot(instants: readonly string[], deadline: string | null, width: number): DotPlot {
  const times = instants.map((at) => Date.parse(at));
  const [first, last] = [times[0]!, times.at(-1)!];
  const end = deadline === null ? null : Date.parse(deadline);
  const near = (at: number): boolean => at >= first - (last - first) && at <= last + (last - first);
  const drawn = end !== null && near(end) ? end : null;
  const [from, to] = [Math.min(first, drawn ?? first), Math.max(last, drawn ?? last)];
  const columns = Math.max(1, Math.floor(width / (2 * RADIUS)) - 1);
  const columnOf = (at: number): number => (to === from ? 0 : Math.round(((at - from) / (to - from)) * (columns - 1)));
  const stacked = new Map<number, number>();
  const places = times.map((at, index) => {
    const column = columnOf(at);
    const row = stacked.get(column) ?? 0;
    stacked.set(column, row + 1);
    return { column, row, at: instants[index]!, late: end !== null && at > end };
  });
  const height = Math.max(...stacked.values()) * 2 * RADIUS;
  const x = (column: number): number => px(RADIUS + (column * (width - 2 * RADIUS)) / Math.max(1, columns - 1));
  return {
    dots: places.map(({ column, row, at, late }) => ({
      x: x(column),
      y: height - RADIUS - row * 2 * RADIUS,
      at,
      late,
    })),
    deadline: drawn === null ? null : x(columnOf(drawn)),
    late: places.filter(({ late }) => late).length,
    span: [from, to],
    height,
  };
}
