import { Controller, Inject } from '@nestjs/common';
import { showStory, showStrip, type AnswerOf, type InputOf } from '@tidewaiter/contracts';
import { Caller, Input, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { Stories } from '../application/stories.js';

@Controller()
export class StoryController {
  constructor(@Inject(Stories) private readonly stories: Stories) {}

  @Serves(showStory)
  story(
    @Input() { params, query }: InputOf<typeof showStory>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showStory>> {
    return this.stories.story(tenant, params.shipmentId, query);
  }

  @Serves(showStrip)
  strip(
    @Input() { params, query }: InputOf<typeof showStrip>,
    @Caller() { tenant }: CallerIdentity,
  ): Promise<AnswerOf<typeof showStrip>> {
    return this.stories.strip(tenant, params.shipmentId, query);
  }
}
