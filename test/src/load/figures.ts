/** Figures of a bench as they are measured; `end` sets the exit code. */
export class Figures {
  private broken = 0;
  private count = 0;

  add(name: string, measured: string, bound: string, holds: boolean): void {
    this.count += 1;
    if (!holds) this.broken += 1;
    console.log(`${holds ? '✓' : '✗'} ${name}: ${measured} (${bound})`);
  }

  end(): void {
    if (this.broken === 0) return;
    console.log(`${this.broken} of ${this.count} figures do not hold on this machine.`);
    process.exitCode = 1;
  }
}
