import type { ReactNode } from 'react';

/** One of the four questions; the words are the same on every page. */
export const StripCell = ({
  label,
  children,
}: {
  label: 'Waiting' | 'Next clock' | 'Money' | 'Proof';
  children: ReactNode;
}) => (
  <div className="strip-cell" role="group" aria-label={label}>
    <span className="strip-label" aria-hidden="true">
      {label}
    </span>
    <div>{children}</div>
  </div>
);

/** Four questions, always in this order: what waits, what is about to be late, what it costs, whether it can be proved. */
export const Strip = ({
  waiting,
  clock,
  money,
  proof,
}: {
  waiting: ReactNode;
  clock: ReactNode;
  money: ReactNode;
  proof: ReactNode;
}) => (
  <div className="strip">
    <StripCell label="Waiting">{waiting}</StripCell>
    <StripCell label="Next clock">{clock}</StripCell>
    <StripCell label="Money">{money}</StripCell>
    <StripCell label="Proof">{proof}</StripCell>
  </div>
);
