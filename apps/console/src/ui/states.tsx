import { Trans } from '@lingui/react';
import { ProblemError, Unreachable } from '@tidewaiter/client';
import { SIGN_IN_TOO_OLD } from '@tidewaiter/contracts';
import { useContext, useEffect, useRef, type ReactNode } from 'react';
import { i18n } from '../words/words.js';
import { Button } from './button.js';
import { CopyButton } from './copy-button.js';
import { InPage } from './page.js';

export const EmptyState = ({ title, children, act }: { title: string; children?: ReactNode; act?: ReactNode }) => (
  <section className="state" data-kind="empty">
    <h2>{title}</h2>
    {children && <p>{children}</p>}
    {act}
  </section>
);

const GRANTER = i18n.t('A tenant administrator has it granted, at the OpenID provider.');

function Forbidden({ says }: { says: string }) {
  const isPart = useContext(InPage);
  const Heading = isPart ? 'h2' : 'h1';
  useEffect(() => {
    if (!isPart) document.title = i18n.t('You may not see this page · Tidewaiter');
  }, [isPart]);
  return (
    <section className="state" data-kind="forbidden">
      <Heading>{isPart ? i18n.t('You may not see this part') : i18n.t('You may not see this page')}</Heading>
      <p>
        {says} {GRANTER}
      </p>
    </section>
  );
}

/** What failed, what is safe and what to do; a missing right and an unknown thing have a page of their own. */
export function ErrorState({
  error,
  onRetry,
  what = i18n.t('this'),
}: {
  error: unknown;
  onRetry?: () => void;
  what?: string;
}) {
  // A right that is missing has a page of its own; a sign-in that is too old is mended where one stands.
  if (error instanceof ProblemError && error.status === 403 && error.code !== SIGN_IN_TOO_OLD)
    return <Forbidden says={error.problem.detail} />;
  if (error instanceof ProblemError && error.status === 404) return <NotFound />;
  const problem = error instanceof ProblemError ? error.problem : null;
  const title =
    error instanceof Unreachable ? i18n.t('The server does not answer') : i18n.t('Reading {what} failed', { what });
  return (
    <section className="state" data-kind="error" role="alert">
      <h2>{title}</h2>
      <p>
        {problem?.detail ??
          (error instanceof Unreachable
            ? i18n.t('What was recorded is safe. What you typed stays in this tab.')
            : error instanceof Error
              ? error.message
              : i18n.t('Nothing more is known of it.'))}
        {problem?.advice ? ` ${problem.advice}` : ''}
      </p>
      {problem && (
        <div className="state-facts">
          <code>{problem.code}</code>
          {problem.correlationId && (
            <span className="digest">
              <Trans
                id="correlation <0>{correlationId}</0><1/>"
                values={{ correlationId: problem.correlationId.slice(0, 8) }}
                components={{
                  0: <code />,
                  1: <CopyButton text={problem.correlationId} label={i18n.t('Copy correlation id')} />,
                }}
              />
            </span>
          )}
        </div>
      )}
      {onRetry && <Button onPress={onRetry}>{i18n.t('Retry')}</Button>}
    </section>
  );
}

/** The same for what does not exist and for what belongs to another tenant. */
export function NotFound() {
  const Heading = useContext(InPage) ? 'h2' : 'h1';
  return (
    <section className="state" data-kind="not-found">
      <Heading>{i18n.t('There is nothing here')}</Heading>
      <p>{i18n.t('The address leads to nothing that you may see: it was mistyped, or it belongs to somebody else.')}</p>
      <a className="button" href="/">
        {i18n.t('Go to your first page')}
      </a>
    </section>
  );
}

/** A placeholder of the final size; it shows only after 150 ms. */
export const Skeleton = ({
  height = 20,
  width = '100%',
  lines = 1,
}: {
  height?: number;
  width?: string;
  lines?: number;
}) => (
  <span className="stack-tight" aria-hidden="true">
    {Array.from({ length: lines }, (_, line) => (
      <span key={line} className="skeleton" style={{ blockSize: height, inlineSize: width }} />
    ))}
  </span>
);

export interface FieldProblem {
  /** id of the field it is about; left out where no field can be named */
  field?: string;
  says: string;
}

/** All that is wrong with a form, each with a link to its field; takes the focus when it appears. */
export function ProblemSummary({ problems }: { problems: readonly FieldProblem[] }) {
  const summary = useRef<HTMLDivElement>(null);
  const told = problems.map(({ says }) => says).join('\n');
  // Once for what it says, not at every keystroke below it.
  useEffect(() => summary.current?.focus(), [told]);
  return problems.length === 0 ? null : (
    <div className="problems" role="alert" aria-label={i18n.t('There is a problem')} tabIndex={-1} ref={summary}>
      <h2>{i18n.t('There is a problem')}</h2>
      <ul className="stack-tight">
        {problems.map(({ field, says }, index) => (
          <li key={index}>
            {field === undefined ? (
              says
            ) : (
              <a
                href={`#${field}`}
                onClick={(event) => {
                  event.preventDefault();
                  document.getElementById(field)?.focus();
                }}
              >
                {says}
              </a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
