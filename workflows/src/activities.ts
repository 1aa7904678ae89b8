import { proxyActivities } from '@temporalio/workflow';
import type {
  AuditActivities,
  CarriersActivities,
  CustomsActivities,
  DocumentsActivities,
  DutiesActivities,
  RecordActivities,
  ShipmentsActivities,
} from '@tidewaiter/contracts';
import { queueOf, RECORDING_CONTEXTS, type RecordingContext } from '@tidewaiter/contracts/names';

/** Queues, time-outs and retries of every activity, in one place. What exhausts its attempts becomes a person's task. */
const backOff = { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '30 seconds' } as const;
/** Every step says that its process lives; one that was killed is found out by this, long before a step's time is up. */
const alive = { startToCloseTimeout: '30 seconds', heartbeatTimeout: '8 seconds' } as const;
const usual = { ...alive, retry: { ...backOff, maximumAttempts: 12 } } as const;
/** House-keeping of tasks must not itself raise tasks: it is tried until it works. */
const untilDone = { ...alive, retry: backOff } as const;

export const shipments = proxyActivities<ShipmentsActivities>({ taskQueue: queueOf('shipments'), ...usual });
export const tasks = proxyActivities<Pick<ShipmentsActivities, 'raiseTask' | 'settleTask'>>({
  taskQueue: queueOf('shipments'),
  ...untilDone,
});
export const documents = proxyActivities<DocumentsActivities>({ taskQueue: queueOf('documents'), ...usual });
export const duties = proxyActivities<DutiesActivities>({ taskQueue: queueOf('duties'), ...usual });
export const customs = proxyActivities<CustomsActivities>({ taskQueue: queueOf('customs'), ...usual });
export const carriers = proxyActivities<CarriersActivities>({ taskQueue: queueOf('carriers'), ...usual });
export const audit = proxyActivities<AuditActivities>({
  taskQueue: queueOf('audit'),
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: backOff,
});
/** The store of every context that records events, asked to compare it with the log. */
export const records = Object.fromEntries(
  RECORDING_CONTEXTS.map((context) => [
    context,
    proxyActivities<RecordActivities>({
      taskQueue: queueOf(context),
      startToCloseTimeout: '5 minutes',
      heartbeatTimeout: '8 seconds',
      retry: backOff,
    }),
  ]),
) as unknown as Record<RecordingContext, RecordActivities>;
