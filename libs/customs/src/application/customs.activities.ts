import { Inject, Injectable } from '@nestjs/common';
import type { CustomsActivities, LodgeAnswer, LodgeRequest, Step } from '@tidewaiter/contracts';
import { FilingDesk } from './filing-desk.js';
import { PostEntry } from './post-entry.js';

/** The commands of this context's task queue. */
@Injectable()
export class CustomsActivitiesService implements CustomsActivities {
  constructor(
    @Inject(FilingDesk) private readonly desk: FilingDesk,
    @Inject(PostEntry) private readonly postEntry: PostEntry,
  ) {}

  lodgeDeclaration(step: Step, request: LodgeRequest): Promise<LodgeAnswer> {
    return this.desk.lodge(step, request);
  }

  resolveFiling(step: Step, declarationId: string): ReturnType<CustomsActivities['resolveFiling']> {
    return this.desk.resolve(step, declarationId);
  }

  reviewEntry(step: Step, declarationId: string): ReturnType<CustomsActivities['reviewEntry']> {
    return this.postEntry.review(step, declarationId);
  }

  settleClock(...args: Parameters<CustomsActivities['settleClock']>): ReturnType<CustomsActivities['settleClock']> {
    return this.postEntry.settleClock(...args);
  }

  openVoidanceCases(
    ...args: Parameters<CustomsActivities['openVoidanceCases']>
  ): ReturnType<CustomsActivities['openVoidanceCases']> {
    return this.postEntry.openVoidanceCases(...args);
  }
}
