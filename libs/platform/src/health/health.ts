/** Checks of what a process needs to do its work; each throws when it is not there. */
export class Readiness {
  private readonly checks = new Map<string, () => Promise<void>>();

  add(name: string, check: () => Promise<void>): void {
    this.checks.set(name, check);
  }

  async look(): Promise<{ ready: boolean; parts: Record<string, string> }> {
    const parts: Record<string, string> = {};
    await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          await Promise.race([
            check(),
            new Promise((_, reject) => setTimeout(() => reject(new Error('no answer in 3 s')), 3000).unref()),
          ]);
          parts[name] = 'ok';
        } catch (error) {
          parts[name] = error instanceof Error ? error.message : 'failed';
        }
      }),
    );
    return { ready: Object.values(parts).every((state) => state === 'ok'), parts };
  }
}

export const READINESS = Symbol('READINESS');
