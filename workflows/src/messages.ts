import { defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { Decision, DecisionAnswer, Fact, Progress, SplitAnswer, SplitOrder } from '@tidewaiter/contracts';
import { DECIDE_UPDATE, FACT_SIGNAL, FACTS_SIGNAL, PROGRESS_QUERY, SPLIT_UPDATE } from '@tidewaiter/contracts/names';
import type { Story } from './story.js';

export const factSignal = defineSignal<[Fact]>(FACT_SIGNAL);
export const factsSignal = defineSignal<[Fact[]]>(FACTS_SIGNAL);
export const decideUpdate = defineUpdate<DecisionAnswer, [Decision]>(DECIDE_UPDATE);
export const splitUpdate = defineUpdate<SplitAnswer, [SplitOrder]>(SPLIT_UPDATE);
export const progressQuery = defineQuery<Progress>(PROGRESS_QUERY);

/** Every way in: facts are noted, decisions carried out, progress told. Set before anything is awaited. */
export function listen(story: Story): void {
  setHandler(factSignal, (fact) => story.note(fact));
  setHandler(factsSignal, (facts) => facts.forEach((fact) => story.note(fact)));
  setHandler(decideUpdate, (decision) => story.decide(decision));
  setHandler(progressQuery, () => story.progress());
}

/** The way in for who divides a shipment; only the shipment's own story has it. */
export function listenForSplit(story: Story): void {
  setHandler(splitUpdate, (order) => story.split(order));
}
