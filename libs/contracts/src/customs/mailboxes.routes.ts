import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { instant } from '../values.js';

export const collectMessages = defineRoute(
  'customs',
  'collectMessages',
  'POST /v1/customs/authorities/{authority}/collections',
  {
    summary: 'Fetch at once what an authority’s pushes did not bring',
    description:
      'After our address was down: what its pushes could not deliver lies with the authority for some days (CDS: 14). It is also fetched at every start and each hour. What came before by a push is known again and counts once.',
    access: ['operator', 'compliance'],
    params: z.strictObject({
      authority: z.string().trim().min(2).max(40).meta({ description: 'Its short name: `HMRC`' }),
    }),
    status: 200,
    answer: z
      .strictObject({ authority: z.string(), fetched: z.int(), collectedAt: instant })
      .meta({ id: 'MessagesCollected' }),
    problems: ['customs.authority.no-mailbox', 'customs.authority.down'],
  },
);
