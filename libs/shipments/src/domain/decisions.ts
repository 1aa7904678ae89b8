import { currency, goodsLine, positive, type TaskKind } from '@tidewaiter/contracts';
import { Forbidden, Invalid } from '@tidewaiter/kernel';
import { z } from 'zod';

const reason = z.string().min(3).max(280);
const retry = z.strictObject({ retry: z.literal(true), reason: reason.optional() });
const abandon = z.strictObject({ abandon: z.literal(true), reason });
const again = z.union([retry, abandon]);

const security = {
  reference: z.string().trim().min(1).max(35),
  amount: z.strictObject({ amount: positive, currency }),
};
/** Cash that the authority has, a guarantee for this shipment alone, or headroom that comes back with others. */
const deposit = z.strictObject({ deposit: z.strictObject({ ...security, lodgedOn: z.iso.date() }) });
const singleGuarantee = z.strictObject({ guarantee: z.strictObject(security) });
const waitForRelease = z.strictObject({ waitUntil: z.iso.date(), reason: reason.optional() });

const acknowledge = z.strictObject({ acknowledge: z.literal(true), reason: reason.optional() });

/** A path into the declaration as the task shows it: `lines[0].commodity`, `portOfEntry`. */
const path = z.string().regex(/^[a-zA-Z]+(\[\d+\])?(\.[a-zA-Z]+(\[\d+\])?)*$/, 'a path such as lines[0].commodity');

/** What a person may answer, by kind of task. */
const BODIES: Record<TaskKind, z.ZodType> = {
  // A hit is cleared by role and entry of the list; whoever opened the shipment may not clear it.
  'resolve-engagement': z.union([
    retry,
    z.strictObject({
      retry: z.literal(true),
      clear: z.array(z.strictObject({ role: z.string().max(40), entry: z.string().max(80) })).min(1),
      reason,
    }),
    abandon,
  ]),
  'confirm-lines': z.strictObject({ lines: z.array(goodsLine).min(1).max(999), documentId: z.uuid().optional() }),
  'resolve-findings': again,
  'review-assessment': again,
  'correct-declaration': z.union([
    z.strictObject({
      set: z
        .record(path, z.union([z.string().max(512), z.boolean(), z.null()]))
        .refine((set) => Object.keys(set).length > 0, 'at least one field'),
    }),
    abandon,
  ]),
  'provide-documents': again,
  'approve-payment': z.strictObject({ approve: z.literal(true), digest: z.string().optional() }),
  'resolve-difference': z.union([z.strictObject({ accept: z.literal(true), reason: reason.optional() }), abandon]),
  'settle-statement-difference': z.union([
    z.strictObject({ accept: z.literal(true), reason }),
    z.strictObject({ dispute: z.literal(true), reason }),
  ]),
  'raise-guarantee': z.union([retry, waitForRelease, deposit, singleGuarantee, abandon]),
  'ask-authority': again,
  'rebook-delivery': again,
  'retry-step': again,
  'renew-mandate': again,
  // Closes by itself when the log and the stores agree again: nothing a person says makes it so.
  'mend-records': z.never(),
  'watch-clock': z.union([
    z.strictObject({ met: z.literal(true), how: reason }),
    z.strictObject({ extend: z.iso.date(), ground: reason }),
  ]),
  'clock-passed': z.strictObject({ acknowledge: z.literal(true), reason }),
  // Closes by itself with the case's next step: what is done is done there, by the role it names.
  'handle-case': z.never(),
  'settle-refund': z.union([
    z.strictObject({ receivedOn: z.iso.date(), reference: z.string().trim().min(1).max(70) }),
    z.strictObject({ acknowledge: z.literal(true), reason }),
  ]),
  'open-refund-cases': z.union([
    z.strictObject({ open: z.literal(true), reason: reason.optional() }),
    z.strictObject({ open: z.literal(false), reason }),
  ]),
  'send-documents': z.union([
    z.strictObject({
      send: z
        .array(z.strictObject({ documentId: z.uuid(), version: z.int().positive() }))
        .min(1)
        .max(11),
    }),
    // By another way than the channel's: post, mailbox, in person.
    z.strictObject({
      sent: z
        .array(z.strictObject({ documentId: z.uuid(), version: z.int().positive(), sha256: z.hash('sha256') }))
        .min(1),
      reason,
    }),
  ]),
  'answer-query': z.strictObject({ answer: reason, documentIds: z.array(z.uuid()).max(50).optional() }),
  // Closes with the conclusion of the examination or the release.
  'attend-examination': z.never(),
  // Closes when the agency lifts its hold.
  'lift-hold': z.never(),
  'top-up-account': acknowledge,
  'review-request': z.union([acknowledge, z.strictObject({ dropped: z.literal(true), reason })]),
  'review-notice': acknowledge,
  // Closes with a newer release.
  'stop-delivery': z.never(),
  'contest-seizure': abandon,
};

/**
 * Checks a person's answer against what its kind of task takes.
 *
 * @throws Invalid `shipments.task.decision-invalid` with the place of each fault
 */
export function checkDecision(kind: TaskKind, body: Record<string, unknown>): Record<string, unknown> {
  const parsed = BODIES[kind].safeParse(body);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const places = parsed.error.issues.flatMap(placesOf);
  throw new Invalid('shipments.task.decision-invalid', `this is no decision for a task of kind ${kind}`, {
    advice: 'Send one of the forms that the route’s description names for this kind of task.',
    places,
  });
}

function placesOf(issue: z.core.$ZodIssue): { pointer: string; reason: string }[] {
  // Of several forms, the one that came closest tells most.
  if (issue.code === 'invalid_union') {
    const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0];
    if (closest && closest.length > 0) return closest.flatMap(placesOf);
  }
  return [{ pointer: `/${issue.path.map(String).join('/')}`, reason: issue.message }];
}

/** Whether somebody with these roles may decide a task meant for `role`; nobody stands in for an approver or for compliance. */
export const mayDecide = (roles: readonly string[], role: string): boolean =>
  roles.includes(role) || (role === 'operator' && roles.includes('administrator'));

/** @throws Forbidden `shipments.task.role` */
export function checkRole(roles: readonly string[], role: string): void {
  if (mayDecide(roles, role)) return;
  throw new Forbidden('shipments.task.role', `This task is for ${role}; you have ${roles.join(', ')}.`, {
    advice: `Ask somebody with the role ${role}.`,
  });
}
