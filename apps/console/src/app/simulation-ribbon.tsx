import { ADVANCES, advanceSimulation, showSimulation } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, type Session } from '../api/session.js';
import { Button } from '../ui/button.js';
import { i18n } from '../words/words.js';
import { announce } from './announce.js';

const LOOK_EVERY_MS = 60_000;
const WORDS: Record<(typeof ADVANCES)[number], string> = {
  '1h': i18n.t('1 hour'),
  '1d': i18n.t('1 day'),
  '7d': i18n.t('7 days'),
  '30d': i18n.t('30 days'),
};

const aheadInWords = (seconds: number): string => {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor((seconds % 86_400) / 3_600)];
  if (days > 0) return `+${days} ${i18n.t('{days, plural, one {day} other {days}}', { days })}`;
  return hours > 0 ? `+${hours} ${i18n.t('{hours, plural, one {hour} other {hours}}', { hours })}` : i18n.t('as ours');
};

/** Across every page while anybody outside is played: nobody takes a simulated answer for a real one. */
export default function SimulationRibbon({ session }: { session: Session }) {
  const { data } = useRoute(showSimulation, {}, { staleTime: LOOK_EVERY_MS, refetchInterval: LOOK_EVERY_MS });
  const [by, setBy] = useState<(typeof ADVANCES)[number]>('1d');
  const advance = useChange(advanceSimulation, {
    reads: [showSimulation],
    onDone: ({ aheadSeconds }) =>
      announce(i18n.t('The simulators’ clock runs {aheadSeconds} now.', { aheadSeconds: aheadInWords(aheadSeconds) })),
  });
  if (!data || data.inPlay.length === 0) return null;
  return (
    <aside className="ribbon" aria-label={i18n.t('Simulation')}>
      <b>{i18n.t('Simulated {inPlay}', { inPlay: data.inPlay.join(', ') })}</b>
      <span>
        {data.now === null
          ? i18n.t('the simulators do not answer')
          : i18n.t('clock {aheadSeconds}', { aheadSeconds: aheadInWords(data.aheadSeconds) })}
      </span>
      {holds(session, 'operator', 'administrator') && data.now !== null && (
        <span className="row">
          <select
            className="input"
            aria-label={i18n.t('How far to advance')}
            value={by}
            onChange={(event) => setBy(event.target.value as typeof by)}
          >
            {ADVANCES.map((each) => (
              <option key={each} value={each}>
                {WORDS[each]}
              </option>
            ))}
          </select>
          <Button size="small" busy={advance.isPending} onPress={() => advance.mutate({ body: { by } })}>
            {i18n.t('Advance')}
          </Button>
        </span>
      )}
      {advance.isError && <span role="alert">{i18n.t('Time was not set ahead: the simulators do not answer.')}</span>}
    </aside>
  );
}
