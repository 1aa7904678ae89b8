import type { Interchange } from './interchange.js';
import { seg, type Written } from './write.js';

/**
 * The answer to an interchange's syntax, without UNH and UNT: 7 when it is taken, 4 with the place of each fault. Whether it repeats an
 * earlier one (26) is the receiver's to know. A CONTRL itself is never answered.
 *
 * @returns null for an interchange of CONTRL messages, and for one without a reference
 */
export function contrlOf({ reference, sender, recipient, messages, faults }: Interchange): Written[] | null {
  if (reference === '' || messages.some((each) => each.type === 'CONTRL')) return null;
  const whole = faults.find((each) => each.message === null);
  const uci = seg(
    'UCI',
    reference,
    [sender.id, sender.qualifier],
    [recipient.id, recipient.qualifier],
    faults.length === 0 ? '7' : '4',
    whole?.code,
    whole?.tag && /^UN[AB]|UNZ$/.test(whole.tag) ? whole.tag : undefined,
  );
  return [
    uci,
    ...messages.flatMap((message) =>
      message.faults.length === 0
        ? []
        : [
            seg(
              'UCM',
              message.reference,
              [message.type, message.version, message.release, message.agency],
              '4',
              message.faults[0]!.code,
            ),
            ...message.faults.flatMap((each) =>
              each.segment === null
                ? []
                : [
                    seg('UCS', String(each.segment), each.element === null ? each.code : undefined),
                    ...(each.element === null
                      ? []
                      : [
                          seg('UCD', each.code, [
                            String(each.element),
                            each.component === null ? undefined : String(each.component),
                          ]),
                        ]),
                  ],
            ),
          ],
    ),
  ];
}
