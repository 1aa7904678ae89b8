import { fileURLToPath } from 'node:url';
import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { SIMULATED_PARTIES } from '@tidewaiter/contracts';
import { z } from 'zod';
import { secret32, settings } from '../config/settings.js';
import { serveConsole } from './console-page.js';
import { SessionController } from './session.controller.js';
import { SIMULATION_SETTINGS, SimulationController, type SimulationSettings } from './simulation.controller.js';
import { SIGN_IN_SETTINGS, SignIn, type SignInSettings } from './sign-in.js';

const frontSettings = z.object({
  OIDC_ISSUER: z.url(),
  OIDC_CLIENT_ID: z.string().min(1).default('tidewaiter-console'),
  OIDC_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'left out where the provider knows us as a public client' }),
  PUBLIC_URL: z.url().meta({ description: 'address of the console as browsers see it' }),
  SESSION_KEY: secret32.meta({ description: 'seals the sessions of browsers; the same in every service' }),
  SIMULATED: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.enum(SIMULATED_PARTIES)))
    .meta({ description: 'outside parties that are simulated, separated by commas; left out: none' }),
  SIMULATORS_URL: z.url().optional().meta({ description: 'admin port of the simulators, where any are in play' }),
  SIMULATOR_ADMIN_TOKEN: z.string().min(1).optional(),
  CONSOLE_FOLDER: z
    .string()
    .default(fileURLToPath(new URL('../../../../apps/console/dist', import.meta.url)))
    .meta({ description: 'the built console' }),
});

/** The front desk for browsers: the console's page and files, signing in and out. In one process beside the rest, in a split stack with shipments. */
@Module({
  controllers: [SessionController, SimulationController],
  providers: [
    SignIn,
    {
      provide: SIMULATION_SETTINGS,
      useFactory: (): SimulationSettings => {
        const env = settings(frontSettings);
        return { inPlay: env.SIMULATED, url: env.SIMULATORS_URL, token: env.SIMULATOR_ADMIN_TOKEN };
      },
    },
    {
      provide: SIGN_IN_SETTINGS,
      useFactory: (): SignInSettings => {
        const env = settings(frontSettings);
        return {
          issuer: env.OIDC_ISSUER,
          clientId: env.OIDC_CLIENT_ID,
          clientSecret: env.OIDC_CLIENT_SECRET,
          publicUrl: env.PUBLIC_URL,
          key: env.SESSION_KEY,
        };
      },
    },
  ],
})
export class FrontModule implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const { CONSOLE_FOLDER } = settings(frontSettings);
    serveConsole(this.host.httpAdapter.getInstance<FastifyInstance>(), CONSOLE_FOLDER);
  }
}
