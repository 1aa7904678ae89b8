import { useEffect, useMemo, useRef } from 'react';
import { announce } from '../app/announce.js';
import { useKeys } from '../app/keys.js';
import { i18n } from '../words/words.js';

const SPOKEN_EVERY_MS = 10_000;

/** What waits to be applied, as a count; `.` applies it. Spoken as a count, at most every ten seconds. */
export function ApplyPill({ count, onApply }: { count: number; onApply: () => void }) {
  useKeys(
    useMemo(() => [{ keys: '.', says: i18n.t('Apply changes'), group: 'This page' as const, run: onApply }], [onApply]),
  );
  const spokenAt = useRef(0);
  useEffect(() => {
    if (count === 0 || Date.now() - spokenAt.current < SPOKEN_EVERY_MS) return;
    spokenAt.current = Date.now();
    announce(i18n.t('{count} {count, plural, one {change waits} other {changes wait}} to be applied.', { count }), {
      quiet: true,
    });
  }, [count]);
  // The place is kept while there is nothing to apply: its coming moves nothing.
  return (
    <span className="apply">
      {count > 0 && (
        <button type="button" className="chip" onClick={onApply}>
          {i18n.t('{count, plural, one {Apply 1 change} other {Apply {count} changes}}', { count })} <kbd>.</kbd>
        </button>
      )}
    </span>
  );
}
