import type { UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useLocale, useZone } from '../app/preferences.js';
import { announce } from '../app/announce.js';
import { useFeedStatus } from '../feed/feed.js';
import { ErrorState, formatInstant, Skeleton } from '../ui/index.js';
import { i18n } from '../words/words.js';

/**
 * A part of a page that rests on one context: a skeleton of its size, what failed and how to go on, or what is known with the word that it
 * is as of then, while the context is silent.
 */
export function Source<A>({
  query,
  what,
  who,
  height = 160,
  children,
}: {
  query: UseQueryResult<A>;
  what: string;
  /** the context, as a person calls it: `Carriers` */
  who: string;
  height?: number;
  children: (answer: A) => ReactNode;
}) {
  const [zone, locale] = [useZone(), useLocale()];
  if (query.data === undefined)
    return query.isError ? (
      <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} />
    ) : (
      <div aria-busy="true" aria-label={i18n.t('{what}, loading', { what })} role="group">
        <Skeleton height={height} />
      </div>
    );
  return (
    <>
      {query.isError && (
        <p className="notice" data-kind="partial" role="status">
          {i18n.t('{who} does not answer. Shown: as of {formatInstant}.', {
            who,
            formatInstant: formatInstant(new Date(query.dataUpdatedAt).toISOString(), {
              zone,
              locale,
              seconds: true,
              day: false,
            }),
          })}
        </p>
      )}
      {children(query.data)}
    </>
  );
}

/** Why an act is off while there is no connection. */
export const useOffline = (): string | undefined =>
  useFeedStatus() === 'offline'
    ? i18n.t('No connection: nothing is sent for later. What you typed stays in this tab.')
    : undefined;

/** The same by other means: every panel can be asked for without this page. */
export function Copies({
  path,
  command,
  streams = false,
}: {
  path: string;
  command?: string;
  /** whether the answer has no end */
  streams?: boolean;
}) {
  const copy = (text: string, what: string): void => {
    void navigator.clipboard.writeText(text).then(() => announce(i18n.t('Copied as {what}.', { what })));
  };
  return (
    <span className="copies">
      <button
        type="button"
        className="chip"
        onClick={() =>
          copy(
            `curl ${streams ? '-N ' : ''}-H "Authorization: Bearer $(npx tidewaiter token)" '${location.origin}${path}'`,
            'curl',
          )
        }
      >
        {i18n.t('Copy as curl')}
      </button>
      {command !== undefined && (
        <button type="button" className="chip" onClick={() => copy(`npx tidewaiter ${command}`, 'CLI')}>
          {i18n.t('Copy as CLI')}
        </button>
      )}
    </span>
  );
}

/** A picture and the same as a table: who cannot see one reads the other. */
export function Figure({
  caption,
  picture,
  table,
  note,
}: {
  caption: string;
  picture: ReactNode;
  table: ReactNode;
  note?: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="figure">
      <figcaption className="figure-head">
        <span>{caption}</span>
        <button type="button" className="chip" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {i18n.t('Show as table')}
        </button>
      </figcaption>
      {asTable ? table : picture}
      {note && <p className="label">{note}</p>}
    </figure>
  );
}

export const Panel = ({
  title,
  aside,
  children,
  id,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) => (
  <section className="sheet" aria-label={title} id={id}>
    <header className="sheet-head">
      <h2 className="panel-title">{title}</h2>
      {aside}
    </header>
    <div className="sheet-body stack">{children}</div>
  </section>
);

/** `tariff-2026.1`, `correct-declaration` as words. */
export const words = (code: string): string =>
  code.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** `DeclarationRejected` as `Declaration rejected`. */
export const eventWords = (name: string): string =>
  name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
