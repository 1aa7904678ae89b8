import { readInfra } from './infra-file.js';
import { SERVICES, type Service } from './settings.js';

interface Row {
  segments: string[];
  service: Service;
}

/** Which service answers a path. */
export class RouteTable {
  private readonly rows: Row[];

  /** @param table path prefix to service; `*` stands for one segment */
  constructor(table: Record<string, string>) {
    this.rows = Object.entries(table).map(([prefix, service]) => {
      if (!SERVICES.includes(service as Service))
        throw new Error(`route ${prefix} leads to ${service}, which is no service`);
      return { segments: segmentsOf(prefix), service: service as Service };
    });
    // Longest first; of two of one length the one that says more in plain words.
    this.rows.sort((a, b) => b.segments.length - a.segments.length || wildcards(a) - wildcards(b));
  }

  /** The table of `infra/routes.yaml`. */
  static ofInfra(): RouteTable {
    return new RouteTable((readInfra('routes.yaml') as { routes: Record<string, string> }).routes);
  }

  /** @param path of a request, with or without its query; null when no prefix fits */
  serviceOf(path: string): Service | null {
    const segments = segmentsOf(path.split('?')[0] ?? '');
    const row = this.rows.find(({ segments: wanted }) =>
      wanted.every((each, i) => segments[i] !== undefined && (each === '*' || each === segments[i])),
    );
    return row?.service ?? null;
  }
}

const segmentsOf = (path: string): string[] => path.split('/').filter((segment) => segment !== '');
const wildcards = ({ segments }: Row): number => segments.filter((segment) => segment === '*').length;
