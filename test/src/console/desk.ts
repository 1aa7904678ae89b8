import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

export type Theme = 'light' | 'dark';

/** A real browser beside a running platform; every person has a profile of their own. */
export class Desk implements AsyncDisposable {
  private constructor(
    private readonly browser: Browser,
    readonly api: string,
  ) {}

  /** @param api address of the platform, which serves the console too */
  static async open(api: string): Promise<Desk> {
    const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
    return new Desk(await chromium.launch({ executablePath, args: ['--no-sandbox'] }), api);
  }

  /** Somebody who is signed in. @param user `operator`, of the tenant acme */
  async seat(user: string, options: { theme?: Theme; zone?: string } = {}): Promise<Seat> {
    const context = await this.browser.newContext({
      viewport: { width: 1400, height: 900 },
      colorScheme: options.theme ?? 'light',
      timezoneId: options.zone ?? 'America/Los_Angeles',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const seat = new Seat(context, page, this.api);
    await page.goto(
      `${this.api}/sign-in/begin?${new URLSearchParams({ to: '/style', as: user.includes('@') ? user : `${user}@acme` }).toString()}`,
    );
    await page.getByRole('heading', { level: 1 }).waitFor();
    return seat;
  }

  /** Somebody whom nobody knows. */
  async stranger(theme: Theme = 'light'): Promise<Seat> {
    const context = await this.browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: theme });
    return new Seat(context, await context.newPage(), this.api);
  }

  /** How many shared workers live in this browser. */
  async sharedWorkers(): Promise<number> {
    const session = await this.browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets');
    await session.detach();
    return targetInfos.filter(({ type }) => type === 'shared_worker').length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** One person's window, with everything that went wrong in it. */
export class Seat implements AsyncDisposable {
  readonly troubles: string[] = [];

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly api: string,
  ) {
    page.on('pageerror', ({ message }) => this.troubles.push(message));
    page.on('console', (message) => {
      // A refusal of the API is no fault of the page: it is shown, and the test looks at what is shown.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (request.isNavigationRequest()) return; // signing in leads to the provider and back
      if (!request.url().startsWith(this.api) && !/^(blob|data):/.test(request.url()))
        this.troubles.push(`foreign request ${request.url()}`);
    });
  }

  /** Opens an address and waits until nothing on it is being loaded any more. */
  async open(path: string): Promise<Page> {
    await this.page.goto(`${this.api}${path}`);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    await this.settled();
    return this.page;
  }

  async settled(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelectorAll('main [aria-busy="true"]').length === 0);
  }

  /** What axe finds against WCAG 2.0 to 2.2, A and AA: one line a rule and element. */
  async wrongs(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary ?? ''}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
