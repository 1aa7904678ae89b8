import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode } from 'react';

/** Only the very page is the current one: the part of a shipment is not the shipment. */
const EXACT = { exact: true } as const;

type Search = Record<string, unknown> | ((before: object) => object);

/** A link inside of the console by its address: pages of a shipment are many, and their parts are told by the last step. */
export const Go = ({
  to,
  search,
  children,
  ...rest
}: {
  to: string;
  search?: Search;
  /** left out where a message puts them in */
  children?: ReactNode;
  'data-kind'?: string;
  'data-size'?: string;
} & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>) => (
  <Link {...rest} activeOptions={EXACT} to={to as '/'} {...(search === undefined ? {} : { search: search as never })}>
    {children}
  </Link>
);

/** What the address asks for. The routes have checked its members; which of them a page reads is the page's own. */
export function useAsked<S extends object>(): S {
  const search: unknown = useSearch({ strict: false });
  return search as S;
}

/** The steps of the address that have names. */
export function useSteps<P extends object>(): P {
  const params: unknown = useParams({ strict: false });
  return params as P;
}
