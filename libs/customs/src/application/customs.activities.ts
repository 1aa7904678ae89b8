import { Inject, Injectable } from '@nestjs/common';
import type { CustomsActivities, LodgeAnswer, LodgeRequest, Step } from '@tidewaiter/contracts';
import { FilingDesk } from './filing-desk.js';

/** The commands of this context's task queue. */
@Injectable()
export class CustomsActivitiesService implements CustomsActivities {
  constructor(@Inject(FilingDesk) private readonly desk: FilingDesk) {}

  lodgeDeclaration(step: Step, request: LodgeRequest): Promise<LodgeAnswer> {
    return this.desk.lodge(step, request);
  }

  resolveFiling(step: Step, declarationId: string): ReturnType<CustomsActivities['resolveFiling']> {
    return this.desk.resolve(step, declarationId);
  }
}
