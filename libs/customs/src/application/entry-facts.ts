import type { ClockEnd } from '@tidewaiter/contracts';
import { legalDateAt, type Instant } from '@tidewaiter/kernel';
import { statusOf, type Declaration, type EntryFacts, type Notice } from '../domain/index.js';

const earliest = (notices: readonly Notice[], type: Notice['type']): Notice | undefined =>
  notices
    .filter((each) => each.type === type)
    .reduce<Notice | undefined>(
      (first, each) => (!first || each.data.authorityTime < first.data.authorityTime ? each : first),
      undefined,
    );

/** What law counts from in a declaration: its days in the authority's zone, and what has happened since. */
export function entryFactsOf(
  state: Declaration & { filing: NonNullable<Declaration['filing']> },
  destination: string,
  zone: string,
): EntryFacts {
  const { notices, filing, versions } = state;
  const vector = statusOf(state);
  const dayOf = (type: Notice['type']) => {
    const notice = earliest(notices, type);
    return notice && legalDateAt(notice.data.authorityTime, zone);
  };
  const accepted = earliest(notices, 'DeclarationAccepted');
  const asked = notices.filter((each) => each.type === 'DocumentsRequested').at(-1);
  const dates = {
    registered: dayOf('DeclarationRegistered'),
    entry: accepted?.type === 'DeclarationAccepted' ? accepted.data.acceptedOn : undefined,
    release: dayOf('GoodsReleased'),
    debt: dayOf('DutyNotified'),
    documents: asked && legalDateAt(asked.data.authorityTime, zone),
  };
  const due: Instant | null = asked?.type === 'DocumentsRequested' ? asked.data.due : null;
  const met: ClockEnd[] = [
    ...(vector.clearance.value === 'cleared' ? (['cleared'] as const) : []),
    ...(vector.legal.value === 'accepted' ? (['accepted'] as const) : []),
    ...(['settled', 'sent'].includes(vector.documents.value) ? (['documents-settled'] as const) : []),
  ];
  const { declarationId, shipmentId, authority } = filing;
  return {
    declarationId,
    shipmentId,
    authority,
    destination,
    dates: Object.fromEntries(Object.entries(dates).filter(([, on]) => on !== undefined)),
    editors: [...new Set(versions.flatMap(({ editors }) => editors ?? []))].sort(),
    met,
    ...(due === null ? {} : { documentsDue: due }),
    invalidated: vector.legal.value === 'invalidated',
  };
}
