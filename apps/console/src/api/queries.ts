import { ProblemError, type CallOptions } from '@tidewaiter/client';
import { SIGN_IN_TOO_OLD, type AnswerOf, type InputOf, type RouteDefinition } from '@tidewaiter/contracts';
import { QueryClient, useMutation, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, askForFreshSignIn } from './client.js';

/** What is asked again by itself is what may answer in a moment; a refusal is an answer. */
const mayMend = (failures: number, error: unknown): boolean =>
  failures < 2 && !(error instanceof ProblemError && error.status < 500);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: mayMend, staleTime: 5_000, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

type Given<R> = Partial<InputOf<R>>;

export const keyOf = <R extends RouteDefinition>(route: R, input: Given<R> = {}): readonly unknown[] => [
  route.id,
  input,
];

export const routeQuery = <R extends RouteDefinition>(route: R, input: Given<R> = {}) => ({
  queryKey: keyOf(route, input),
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<AnswerOf<R>> => api.call(route, input, { signal }),
});

/** A route of the API as server state. */
export const useRoute = <R extends RouteDefinition>(
  route: R,
  input: Given<R> = {},
  options: { enabled?: boolean; staleTime?: number; refetchInterval?: number } = {},
): UseQueryResult<AnswerOf<R>> => useQuery({ ...routeQuery(route, input), ...options });

/** Asks again whatever was read by these routes. */
export const readAgain = (...routes: readonly RouteDefinition[]): Promise<void> =>
  queryClient.invalidateQueries({ predicate: ({ queryKey }) => routes.some(({ id }) => queryKey[0] === id) });

/**
 * A change: one idempotency key from the first press until it is answered, so that a double click or a repeat after a cut is the same
 * command.
 */
export function useChange<R extends RouteDefinition>(
  route: R,
  { onDone, reads = [] }: { onDone?: (answer: AnswerOf<R>) => void; reads?: readonly RouteDefinition[] } = {},
) {
  const key = useRef<string | null>(null);
  return useMutation<AnswerOf<R>, Error, Given<R> & Pick<CallOptions, 'ifMatch'>>({
    mutationFn: ({ ifMatch, ...input }) => {
      key.current ??= crypto.randomUUID();
      return api.call(route, input as unknown as Given<R>, {
        idempotencyKey: key.current,
        ...(ifMatch === undefined ? {} : { ifMatch }),
      });
    },
    onSuccess: async (answer) => {
      key.current = null;
      await readAgain(...reads);
      onDone?.(answer);
    },
    onError: (error) => {
      // Refused is answered: the next press is another intent. A cut is not: it is asked again under the same key.
      if (!(error instanceof ProblemError)) return;
      key.current = null;
      if (error.code === SIGN_IN_TOO_OLD) askForFreshSignIn();
    },
  });
}
