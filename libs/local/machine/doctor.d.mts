/** One thing that the platform needs of this machine. */
export interface DoctorRow {
  part: string;
  /** `warn`: it will work, slower or with something to fetch; `missing`: it will not */
  state: 'ok' | 'warn' | 'missing';
  /** what is there */
  found: string;
  /** what is needed, or what it is for */
  needs: string;
  /** how to get it; only where something is missing */
  get?: string;
}
/** One thing that a start will do before the platform runs. */
export interface PlanRow {
  part: string;
  here: boolean;
  text: string;
}
export function doctor(options: { root: string; env?: NodeJS.ProcessEnv }): Promise<DoctorRow[]>;
export function doctorLines(rows: readonly DoctorRow[]): string[];
export function plan(options: { root: string; env?: NodeJS.ProcessEnv }): PlanRow[];
export function packagesStamp(root: string): { wanted: string; found: string | null; file: string };
export function nodeFits(version: string): boolean;
export function majorOf(text: string): number;
