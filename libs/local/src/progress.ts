/** One step of one part, for a line or a bar of whoever watches. */
export interface Progress {
  /** `postgres`, `kafka`, `temporal`, `simulators`, `tidewaiter`, or a service's name */
  part: string;
  phase:
    'fetching' | 'building' | 'obtained' | 'starting' | 'ready' | 'named' | 'stopping' | 'stopped' | 'died' | 'failed';
  /** 0 to 1, where it is known how much there is to do */
  share?: number;
  /** one line, or the last lines of a log when something went wrong */
  text: string;
  /** since the part was begun */
  ms: number;
}

export type OnProgress = (progress: Progress) => void;

/** Reports the steps of one part, with the time since it was begun. */
export function reporterOf(
  part: string,
  onProgress: OnProgress,
): (phase: Progress['phase'], text: string, share?: number) => void {
  const begun = Date.now();
  return (phase, text, share) =>
    onProgress({ part, phase, text, ms: Date.now() - begun, ...(share === undefined ? {} : { share }) });
}
