import type { Attempt } from '../plumbing/channel.js';
import type { Filings, Taken } from './filings.js';

export interface Finding {
  finding:
    'same-content-new-lrn' | 'sent-again-unasked' | 'enquiry-storm' | 'push-slow' | 'push-refused' | 'secret-in-body';
  about: string;
  says: string;
}

const STORM = { enquiries: 20, withinMs: 10_000 };
const SLOW_MS = 5_000;

/** Watches for what no authority should see from a well-behaved filer. Silence of the filer (it was killed) is no finding. */
export class Referee {
  private readonly asked = new Map<string, number[]>();

  constructor(
    private readonly filings: Filings,
    private readonly secrets: readonly string[],
    private readonly note: (finding: Finding) => void,
  ) {}

  /** Called before the transmission is folded into the state. */
  sawDeclaration(taken: Taken): void {
    const twin = this.filings
      .withContent(taken.contentDigest)
      .find((each) => each.lrn !== taken.lrn && this.filings.lives(each));
    if (twin) {
      this.note({
        finding: 'same-content-new-lrn',
        about: taken.lrn,
        says: `the content of ${twin.lrn}, which is alive, came again`,
      });
    }
    const earlier = this.filings
      .withLrn(taken.lrn)
      .filter((each) => this.filings.lives(each))
      .at(-1);
    if (earlier && earlier.enquiries === 0) {
      this.note({
        finding: 'sent-again-unasked',
        about: taken.lrn,
        says: 'sent again without asking what became of the first',
      });
    }
    if (this.secrets.some((secret) => taken.bytes.includes(secret))) {
      this.note({ finding: 'secret-in-body', about: taken.lrn, says: 'a credential stands in the declaration' });
    }
  }

  sawEnquiry(value: string): void {
    const now = Date.now();
    const recent = [...(this.asked.get(value) ?? []).filter((at) => at > now - STORM.withinMs), now];
    this.asked.set(value, recent);
    if (recent.length === STORM.enquiries) {
      this.note({
        finding: 'enquiry-storm',
        about: value,
        says: `${STORM.enquiries} enquiries in ${STORM.withinMs / 1000} s`,
      });
    }
  }

  sawPush({ push, status, millis }: Attempt): void {
    const about = push.headers['x-conversation-id'] ?? push.id;
    if (status !== null && (status < 200 || status >= 300)) {
      this.note({ finding: 'push-refused', about, says: `answered ${status}` });
    }
    if (status !== null && millis > SLOW_MS)
      this.note({ finding: 'push-slow', about, says: `answered after ${millis} ms` });
  }
}
