import { holds, useSession } from '../api/session.js';
import { useOffline } from '../shipment/parts.js';
import { i18n } from '../words/words.js';

const MAY_NOT = i18n.t('For partner developers and tenant administrators. A tenant administrator grants it.');

/** Why the acts are off, for who may only look and where there is no connection. */
export function useMayNot(): string | undefined {
  const session = useSession();
  const offline = useOffline();
  return holds(session, 'partner', 'administrator') ? offline : MAY_NOT;
}
