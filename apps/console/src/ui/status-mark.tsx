import type { ReactNode } from 'react';

export type State = 'go' | 'wait' | 'act' | 'late' | 'halt' | 'idle' | 'unknown';

const GLYPHS: Record<State, ReactNode> = {
  go: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.5 8.2 7 10.6l4.4-5" fill="none" stroke="var(--sheet)" strokeWidth="1.8" />
    </>
  ),
  wait: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <path d="M8 8V2a6 6 0 0 1 6 6Z" fill="currentColor" />
    </>
  ),
  act: <path d="M8 1.5 15.2 14H.8Z" fill="currentColor" />,
  late: (
    <>
      <rect x="1" y="1" width="14" height="14" fill="currentColor" />
      <path d="M8 4v5m0 1.8v1.6" stroke="var(--sheet)" strokeWidth="1.8" />
    </>
  ),
  halt: <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5Z" fill="currentColor" />,
  idle: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  unknown: <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="3 2.4" />,
};

/** A status as glyph and word, never one alone: the hue is in the glyph, the text is ink. */
export const StatusMark = ({ state, children }: { state: State; children: ReactNode }) => (
  <span className="mark" data-state={state}>
    <svg viewBox="0 0 16 16" aria-hidden="true">
      {GLYPHS[state]}
    </svg>
    <span>{children}</span>
  </span>
);
