import { Controller, Inject, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { listPeople } from '@tidewaiter/contracts';
import { Caller, Serves, type CallerIdentity, type HouseRequest } from '@tidewaiter/platform';
import type { Observable } from 'rxjs';
import { People } from '../application/people.js';

export const PROVIDER_ADDRESS = Symbol('PROVIDER_ADDRESS');

/** Notes who passed the door; the request does not wait for it. */
export class NotePeople implements NestInterceptor {
  constructor(@Inject(People) private readonly people: People) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const caller = context.switchToHttp().getRequest<HouseRequest>().house?.caller;
    // A program's key is no person.
    if (caller?.actor.startsWith('user:')) void this.people.note(caller);
    return next.handle();
  }
}

@Controller()
export class PeopleController {
  constructor(
    @Inject(People) private readonly people: People,
    @Inject(PROVIDER_ADDRESS) private readonly provider: string,
  ) {}

  @Serves(listPeople)
  list(@Caller() { tenant }: CallerIdentity) {
    return this.people.list(tenant, this.provider);
  }
}
