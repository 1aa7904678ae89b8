import { PRESENT_SECONDS, tellPresence } from '@tidewaiter/contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { routeQuery } from '../api/queries.js';
import { i18n } from '../words/words.js';
import { words } from './parts.js';

/** Whether something was typed on this part since it was opened or last sent. */
function useTyped(part: string): boolean {
  const [typedOn, setTypedOn] = useState<string | null>(null);
  useEffect(() => {
    const main = document.getElementById('main');
    const typed = (): void => setTypedOn(part);
    main?.addEventListener('input', typed);
    return () => main?.removeEventListener('input', typed);
  }, [part]);
  return typedOn === part;
}

/** Who else has the shipment open, and where in it; said for oneself as long as the page is looked at. */
export function AlsoHere({ shipmentId, part }: { shipmentId: string; part: string }) {
  const editing = useTyped(part);
  const presence = useQuery({
    ...routeQuery(tellPresence, { params: { shipmentId }, body: { part, editing } }),
    refetchInterval: (PRESENT_SECONDS * 1000) / 3,
    staleTime: 0,
    placeholderData: keepPreviousData,
  });
  const others = presence.data?.others ?? [];
  return others.length === 0 ? null : (
    <ul className="also-here" aria-label={i18n.t('Also here')}>
      {others.map(({ name, part: where, editing: types }) => (
        <li key={name} className="chip" data-editing={types || undefined}>
          {i18n.t('{name} is here too, {types, select, yes {typing in} other {looking at}} {where}', {
            name,
            types: types ? 'yes' : 'no',
            where: where === '' ? i18n.t('the story') : words(where).toLowerCase(),
          })}
        </li>
      ))}
    </ul>
  );
}
