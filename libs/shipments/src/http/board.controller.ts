import { Controller, Inject, Req, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  changeView,
  dropView,
  exportBoard,
  listToday,
  listViews,
  saveView,
  search,
  showBoardIndex,
  showBoardRows,
  showBoardSummary,
  showEstimate,
  showExport,
  streamFeed,
  type InputOf,
} from '@tidewaiter/contracts';
import {
  Bell,
  Binary,
  Caller,
  CommandId,
  EventStreams,
  IfMatch,
  Input,
  LOG,
  resumeAfter,
  Serves,
  type CallerIdentity,
  type HouseRequest,
  type Log,
} from '@tidewaiter/platform';
import { BoardFeed } from '../application/board-feed.js';
import { BoardViews } from '../application/board-views.js';
import { Estimates } from '../application/estimates.js';
import { SavedViews } from '../application/saved-views.js';

/** What the console reads all day: the board, today's work, search, saved views and the feed of changes. */
@Controller()
export class BoardController implements BeforeApplicationShutdown {
  private readonly streams = new EventStreams();

  constructor(
    @Inject(BoardViews) private readonly board: BoardViews,
    @Inject(Estimates) private readonly estimates: Estimates,
    @Inject(BoardFeed) private readonly feed: BoardFeed,
    @Inject(SavedViews) private readonly views: SavedViews,
    @Inject(Bell) private readonly bell: Bell,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Serves(streamFeed)
  async stream(
    @Input() { query }: InputOf<typeof streamFeed>,
    @Caller() { tenant }: CallerIdentity,
    @Req() request: HouseRequest,
  ): Promise<Binary> {
    const after = resumeAfter(request.headers['last-event-id'], query.after) ?? (await this.board.position(tenant));
    return this.streams.serve(request, {
      after,
      read: (from, limit) => this.feed.read(tenant, from, limit),
      listen: (heard) => this.bell.listen(tenant, heard),
      onCut: (reason, error) => this.log.warn('feed cut off', { tenant, reason, error }),
    });
  }

  @Serves(showBoardIndex)
  async index(@Input() { query }: InputOf<typeof showBoardIndex>, @Caller() caller: CallerIdentity): Promise<Binary> {
    return new Binary(await this.board.index(caller, query), 'application/octet-stream', {
      headers: { 'Cache-Control': 'no-store' },
    });
  }

  @Serves(showBoardRows)
  rows(@Input() { query }: InputOf<typeof showBoardRows>, @Caller() { tenant }: CallerIdentity) {
    return this.board.rows(tenant, query.keys.split(',').map(Number));
  }

  @Serves(showEstimate)
  estimate(@Input() { params }: InputOf<typeof showEstimate>, @Caller() { tenant }: CallerIdentity) {
    return this.estimates.show(tenant, params.shipmentId);
  }

  @Serves(showBoardSummary)
  summary(@Input() { query }: InputOf<typeof showBoardSummary>, @Caller() caller: CallerIdentity) {
    return this.board.summary(caller, query);
  }

  @Serves(exportBoard)
  async export(
    @Input() { body }: InputOf<typeof exportBoard>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ): Promise<Binary> {
    const { exportId, csv } = await this.board.export(caller, body, commandId);
    return new Binary(csv, 'text/csv; charset=utf-8', {
      filename: 'board.csv',
      headers: { Location: showExport.path.replace('{exportId}', exportId) },
    });
  }

  @Serves(showExport)
  exported(@Input() { params }: InputOf<typeof showExport>, @Caller() { tenant }: CallerIdentity) {
    return this.board.exported(tenant, params.exportId);
  }

  @Serves(listToday)
  today(@Input() { query }: InputOf<typeof listToday>, @Caller() caller: CallerIdentity) {
    return this.board.today(caller, query);
  }

  @Serves(search)
  search(@Input() { query }: InputOf<typeof search>, @Caller() { tenant }: CallerIdentity) {
    return this.board.search(tenant, query);
  }

  @Serves(listViews)
  listViews(@Caller() caller: CallerIdentity) {
    return this.views.list(caller);
  }

  @Serves(saveView)
  saveView(
    @Input() { body }: InputOf<typeof saveView>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.views.save(caller, body, commandId);
  }

  @Serves(changeView)
  changeView(
    @Input() { params, body }: InputOf<typeof changeView>,
    @Caller() caller: CallerIdentity,
    @IfMatch() version: number,
  ) {
    return this.views.change(caller, params.viewId, body, version);
  }

  @Serves(dropView)
  dropView(@Input() { params }: InputOf<typeof dropView>, @Caller() caller: CallerIdentity) {
    return this.views.drop(caller, params.viewId);
  }

  beforeApplicationShutdown(): void {
    this.streams.end();
  }
}
