import { Module } from '@nestjs/common';
import { CONTEXTS } from '@tidewaiter/contracts';
import { Bell, ContextModule, hostConsumer } from '@tidewaiter/platform';
import { EventsController } from './events.controller.js';
import { FeedReader, FeedWriter } from './feed.js';

@Module({
  imports: [ContextModule.for('partners', { migrations: new URL('../migrations/', import.meta.url) })],
  controllers: [EventsController],
  providers: [
    Bell,
    FeedReader,
    FeedWriter,
    hostConsumer({
      context: 'partners',
      name: 'partners.feed',
      topics: [...CONTEXTS],
      spacingMs: 50,
      handler: FeedWriter,
    }),
  ],
})
export class PartnersModule {}
