import { Suspense, type ReactNode } from 'react';
import { Go } from '../shipment/go.js';
import { Skeleton } from './states.js';

/**
 * Links to the parts of a page.
 *
 * @param tabs    each with its address, and which of them is open
 * @param label   names the parts for who does not see them
 * @param children further links behind them
 */
export const Tabs = ({
  label,
  tabs,
  children,
}: {
  label: string;
  tabs: readonly { to: string; name: string; isOpen: boolean }[];
  children?: ReactNode;
}) => (
  <nav className="tabs" aria-label={label}>
    {tabs.map(({ to, name, isOpen }) => (
      <Go key={to} className="tab" to={to} {...(isOpen ? { 'aria-current': 'page' as const } : {})}>
        {name}
      </Go>
    ))}
    {children}
  </nav>
);

/** A part of a page whose code comes when it is first looked at. */
export const Part = ({ children }: { children: ReactNode }) => (
  <Suspense
    fallback={
      <div aria-busy="true">
        <Skeleton height={320} />
      </div>
    }
  >
    {children}
  </Suspense>
);
