import { Inject, Injectable } from '@nestjs/common';
import type {
  CustomsActivities,
  LodgeAnswer,
  LodgeRequest,
  RequestOrder,
  SentPaper,
  Step,
} from '@tidewaiter/contracts';
import { FilingDesk } from './filing-desk.js';
import { PostEntry } from './post-entry.js';
import { RequestDesk } from './request-desk.js';

/** The commands of this context's task queue. */
@Injectable()
export class CustomsActivitiesService implements CustomsActivities {
  constructor(
    @Inject(FilingDesk) private readonly desk: FilingDesk,
    @Inject(PostEntry) private readonly postEntry: PostEntry,
    @Inject(RequestDesk) private readonly requests: RequestDesk,
  ) {}

  lodgeDeclaration(step: Step, request: LodgeRequest): Promise<LodgeAnswer> {
    return this.desk.lodge(step, request);
  }

  resolveFiling(step: Step, declarationId: string, agreed?: boolean): ReturnType<CustomsActivities['resolveFiling']> {
    return this.desk.resolve(step, declarationId, agreed);
  }

  reviewEntry(step: Step, declarationId: string): ReturnType<CustomsActivities['reviewEntry']> {
    return this.postEntry.review(step, declarationId);
  }

  settleClock(...args: Parameters<CustomsActivities['settleClock']>): ReturnType<CustomsActivities['settleClock']> {
    return this.postEntry.settleClock(...args);
  }

  openCorrection(
    ...args: Parameters<CustomsActivities['openCorrection']>
  ): ReturnType<CustomsActivities['openCorrection']> {
    return this.postEntry.openCorrection(...args);
  }

  openVoidanceCases(
    ...args: Parameters<CustomsActivities['openVoidanceCases']>
  ): ReturnType<CustomsActivities['openVoidanceCases']> {
    return this.postEntry.openVoidanceCases(...args);
  }

  makeRequest(step: Step, order: RequestOrder): ReturnType<CustomsActivities['makeRequest']> {
    return this.requests.make(step, order);
  }

  withdrawDeclaration(
    ...args: Parameters<CustomsActivities['withdrawDeclaration']>
  ): ReturnType<CustomsActivities['withdrawDeclaration']> {
    return this.requests.withdraw(...args);
  }

  resolveRequest(step: Step, declarationId: string, request: number): ReturnType<CustomsActivities['resolveRequest']> {
    return this.requests.resolve(step, declarationId, request);
  }

  dropRequest(
    ...[step, declarationId, request, reason]: Parameters<CustomsActivities['dropRequest']>
  ): ReturnType<CustomsActivities['dropRequest']> {
    return this.requests.drop(step, declarationId, request, reason);
  }

  requestSlots(step: Step, declarationId: string, types: string[]): ReturnType<CustomsActivities['requestSlots']> {
    return this.requests.slots(step, declarationId, types);
  }

  recordPapersSent(
    step: Step,
    declarationId: string,
    files: SentPaper[],
  ): ReturnType<CustomsActivities['recordPapersSent']> {
    return this.requests.papersSent(step, declarationId, files);
  }

  answerQuery(
    ...[step, declarationId, answer]: Parameters<CustomsActivities['answerQuery']>
  ): ReturnType<CustomsActivities['answerQuery']> {
    return this.requests.answerQuery(step, declarationId, answer);
  }
}
