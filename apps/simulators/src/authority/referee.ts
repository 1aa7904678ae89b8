import type { Attempt } from '../plumbing/channel.js';
import type { World } from '../plumbing/face.js';
import type { Filings, Taken } from './filings.js';
import type { RequestRead, Standing } from './requests.js';

export interface Finding {
  finding:
    | 'same-content-new-lrn'
    | 'sent-again-unasked'
    | 'sent-again-early'
    | 'replace-while-open'
    | 'wrong-mrn'
    | 'enquiry-storm'
    | 'push-slow'
    | 'push-refused'
    | 'secret-in-body';
  about: string;
  says: string;
}

const STORM = { enquiries: 20, withinMs: 10_000 };
const SLOW_MS = 5_000;
/** Nobody sends again before so long has passed in silence since he asked; squeezed clocks squeeze it away. */
const ENQUIRY_MS = 15 * 60_000;

/** Watches for what no authority should see from a well-behaved filer. Silence of the filer (it was killed) is no finding. */
export class Referee {
  private readonly asked = new Map<string, number[]>();

  constructor(
    private readonly filings: Filings,
    private readonly secrets: readonly string[],
    private readonly world: Pick<World, 'realTime' | 'clock'>,
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
    } else if (earlier && this.world.realTime && this.world.clock.now() - earlier.receivedAt.getTime() < ENQUIRY_MS) {
      this.note({
        finding: 'sent-again-early',
        about: taken.lrn,
        says: 'sent again before 15 quiet minutes had passed',
      });
    }
    this.sawBytes(taken.lrn, taken.bytes);
  }

  /** Called before the request is folded into the state. @param about what it names; null: nobody knows it */
  sawRequest(request: RequestRead, about: Standing | null, bytes: string): void {
    if (!about)
      this.note({ finding: 'wrong-mrn', about: request.mrn, says: `${request.lrn} asks about what was never filed` });
    if (about?.hasOpenRequest && request.kind !== 'arrive') {
      this.note({
        finding: 'replace-while-open',
        about: request.mrn,
        says: `${request.lrn} came while another request was open`,
      });
    }
    this.sawBytes(request.lrn, bytes);
  }

  private sawBytes(about: string, bytes: string): void {
    if (this.secrets.some((secret) => bytes.includes(secret))) {
      this.note({ finding: 'secret-in-body', about, says: 'a credential stands in the message' });
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
    // The service takes any 2xx for success, the guide 200 alone: that is what a careful subscriber answers.
    if (status !== null && status !== 200) {
      this.note({ finding: 'push-refused', about, says: `answered ${status}` });
    }
    if (status !== null && millis > SLOW_MS)
      this.note({ finding: 'push-slow', about, says: `answered after ${millis} ms` });
  }
}
