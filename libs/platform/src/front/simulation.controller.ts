import { Controller, Inject } from '@nestjs/common';
import {
  advanceSimulation,
  showSimulation,
  type AnswerOf,
  type InputOf,
  type SIMULATED_PARTIES,
} from '@tidewaiter/contracts';
import { Refused, Unavailable } from '@tidewaiter/kernel';
import { z } from 'zod';
import { Input, Serves } from '../http/serves.js';

export interface SimulationSettings {
  inPlay: (typeof SIMULATED_PARTIES)[number][];
  /** of the simulators' admin port; undefined where nobody is simulated */
  url: string | undefined;
  token: string | undefined;
}
export const SIMULATION_SETTINGS = Symbol('SIMULATION_SETTINGS');

const said = z.object({ now: z.coerce.date() });
const ANSWER_MS = 2_000;

/** Says who outside is simulated, so that nobody takes a played world for the real one, and sets its clock ahead. */
@Controller()
export class SimulationController {
  constructor(@Inject(SIMULATION_SETTINGS) private readonly settings: SimulationSettings) {}

  @Serves(showSimulation)
  async show(): Promise<AnswerOf<typeof showSimulation>> {
    const { inPlay, url } = this.settings;
    if (inPlay.length === 0 || url === undefined) return { inPlay: [], now: null, aheadSeconds: 0 };
    try {
      return { inPlay, ...(await this.ask('/clock')) };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return { inPlay, now: null, aheadSeconds: 0 };
    }
  }

  @Serves(advanceSimulation)
  advance(@Input() { body }: InputOf<typeof advanceSimulation>): Promise<AnswerOf<typeof advanceSimulation>> {
    if (this.settings.url === undefined)
      throw new Refused('platform.simulation.none', 'Nobody is simulated here: time cannot be set ahead.');
    return this.ask('/advance', body);
  }

  private async ask(path: string, body?: unknown): Promise<{ now: string; aheadSeconds: number }> {
    const { url, token } = this.settings;
    try {
      const answer = await fetch(`${url}${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      if (!answer.ok) throw new Error(`the simulators answer ${answer.status}`);
      const { now } = said.parse(await answer.json());
      return { now: now.toISOString(), aheadSeconds: Math.max(0, Math.round((now.getTime() - Date.now()) / 1000)) };
    } catch (error) {
      throw new Unavailable('platform.simulation.not-answering', 'The simulators do not answer.', {}, { cause: error });
    }
  }
}
