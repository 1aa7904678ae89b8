import { useLocation } from '@tanstack/react-router';
import { createContext, useEffect, useRef, type ReactNode } from 'react';
import { i18n } from '../words/words.js';

let first = true;

/** Whether a page with a heading of its own stands around: what fails inside of it is a part's, and no page's, failure. */
export const InPage = createContext(false);

/** A page: its title in the window, its heading with the focus after a change of route (not on the first load). */
export function Page({
  title,
  lead,
  actions,
  children,
  wide = true,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    document.title = i18n.t('{title} · Tidewaiter', { title });
  }, [title]);
  useEffect(() => {
    // A grid takes the focus itself where somebody comes back to a row of it.
    const kept = document.activeElement?.getAttribute('role') === 'grid';
    if (!first && !kept) heading.current?.focus({ preventScroll: true });
    first = false;
  }, [path]);
  return (
    <div className="page" {...(wide ? {} : { 'data-narrow': true })}>
      <header className="page-head">
        <div className="page-title">
          <h1 tabIndex={-1} ref={heading}>
            {title}
          </h1>
          {lead && <p className="page-lead">{lead}</p>}
        </div>
        {actions && <div className="buttons">{actions}</div>}
      </header>
      <InPage value={true}>{children}</InPage>
    </div>
  );
}
