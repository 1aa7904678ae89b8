import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { ADVANCES, ROLES, SIMULATED_PARTIES } from '../names.js';
import { instant } from '../values.js';

export const showSimulation = defineRoute('platform', 'showSimulation', 'GET /v1/simulation', {
  summary: 'Which outside parties are simulated here, and how far their clock runs ahead of ours',
  access: ROLES,
  answer: z.strictObject({
    inPlay: z.array(z.enum(SIMULATED_PARTIES)).meta({ description: 'none: everybody outside is real' }),
    now: instant.nullable().meta({ description: 'the simulators’ own time; null where they do not answer' }),
    aheadSeconds: z.int().nonnegative(),
  }),
});

export const advanceSimulation = defineRoute('platform', 'advanceSimulation', 'POST /v1/simulation/advance', {
  summary: 'Set the simulators’ clock ahead; what falls due on the way happens in its order',
  access: ['operator', 'administrator'],
  body: z.strictObject({ by: z.enum(ADVANCES) }),
  status: 200,
  idempotent: false,
  answer: z.strictObject({ now: instant, aheadSeconds: z.int().nonnegative() }),
  problems: ['platform.simulation.none', 'platform.simulation.not-answering'],
});
