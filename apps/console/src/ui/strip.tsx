import type { ReactNode } from 'react';
import { i18n } from '../words/words.js';

/** One of the four questions; the words are the same on every page. */
export const StripCell = ({ label, children }: { label: string; children: ReactNode }) => (
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
    <StripCell label={i18n.t('Waiting')}>{waiting}</StripCell>
    <StripCell label={i18n.t('Next clock')}>{clock}</StripCell>
    <StripCell label={i18n.t('Money')}>{money}</StripCell>
    <StripCell label={i18n.t('Proof')}>{proof}</StripCell>
  </div>
);
