import { listTasks, showTimeline, type AnswerOf, type RouteDefinition } from '@tidewaiter/contracts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../api/client.js';
import { readAgain, useRoute } from '../api/queries.js';
import { onChanges } from '../feed/feed.js';
import { useSteps } from './go.js';

export type TimelineEntry = AnswerOf<typeof showTimeline>['items'][number];
export type Task = AnswerOf<typeof listTasks>['items'][number];

/** The shipment that the address names. */
export const useShipmentId = (): string => useSteps<{ shipmentId: string }>().shipmentId;

/** Reads again what a change of this shipment may have changed, at most five times a second; forms keep what was typed. */
export function useLive(shipmentId: string, routes: readonly RouteDefinition[]): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChanges((changes) => {
      if (!changes.some((change) => change.shipmentId === shipmentId || change.subject === shipmentId)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void readAgain(...routes);
      }, 200);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [shipmentId, routes]);
}

/** Every entry of the shipment's timeline with its data. */
export const useTimeline = (shipmentId: string) =>
  useQuery({
    queryKey: [showTimeline.id, { shipmentId, all: true }],
    queryFn: async () => {
      const entries: TimelineEntry[] = [];
      const input = { params: { shipmentId }, query: { limit: 200 } };
      for await (const entry of api.all(showTimeline, input, (page) => page)) entries.push(entry);
      return entries;
    },
  });

export const useOpenTasks = (shipmentId: string) =>
  useRoute(listTasks, { query: { shipment: shipmentId, limit: 200, status: 'open' } });

/** The newest entry of a name that fits, with its data read as the event's contract says. */
export const newest = <D>(
  entries: readonly TimelineEntry[] | undefined,
  name: string,
  fits: (data: D) => boolean = () => true,
): (Omit<TimelineEntry, 'data'> & { data: D }) | undefined =>
  entries?.findLast((entry) => entry.name === name && fits(entry.data as D)) as
    (Omit<TimelineEntry, 'data'> & { data: D }) | undefined;
