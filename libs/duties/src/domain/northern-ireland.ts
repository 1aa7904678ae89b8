import type { AssessmentRequest } from '@tidewaiter/contracts';

/** Whose customs duty goods pay on coming to Northern Ireland; excise and VAT are always the United Kingdom's. */
export type Regime = 'GB' | 'EU' | 'none';

export type Routing =
  | { kind: 'regime'; regime: Regime; rule: string }
  /** authorised and not at risk: the United Kingdom's duty unless the Union's differs by more than the share of the value */
  | { kind: 'compare'; rule: string }
  | { kind: 'question'; flags: string[] };

type Flags = NonNullable<AssessmentRequest['northernIreland']>;

/** Of the customs value, in percent: Joint Committee Decision 1/2023. */
export const AT_RISK_PERCENT = '3';

/** The first of the flags that is not known stops the reading: what is not asked yet is not assumed. */
function read(flags: Flags, rules: (get: (flag: keyof Flags) => boolean) => Routing): Routing {
  const missing: string[] = [];
  const get = (flag: keyof Flags): boolean => {
    const value = flags[flag];
    if (value === undefined) missing.push(flag);
    return value ?? false;
  };
  const routing = rules(get);
  return missing.length > 0 && !(routing.kind === 'regime' && routing.regime === 'none')
    ? { kind: 'question', flags: missing }
    : routing;
}

/**
 * Which duty is due on goods that come to Northern Ireland.
 *
 * @param union member states of the European Union
 * @see Windsor Framework, Article 5; Joint Committee Decision 1/2023; TCTA 2018, s. 30A, 40A
 */
export function routeToNorthernIreland(origin: string, union: readonly string[], flags: Flags): Routing {
  if (union.includes(origin)) return { kind: 'regime', regime: 'none', rule: 'from the Union: free circulation' };
  if (origin === 'XI') return { kind: 'regime', regime: 'none', rule: 'goods of Northern Ireland' };
  const notAtRisk = (get: (flag: keyof Flags) => boolean): boolean =>
    get('authorised') && get('finalUse') && (flags.smallTurnover === true || get('processing'));
  if (origin === 'GB') {
    return read(flags, (get) => {
      if (flags.ukOrigin === true)
        return { kind: 'regime', regime: 'none', rule: 'proof of UK origin (Trade and Cooperation Agreement)' };
      if (get('euThirdCountryDutyZero') && !get('tradeRemedy'))
        return { kind: 'regime', regime: 'none', rule: 'the Union’s third country duty is zero and no remedy stands' };
      if (notAtRisk(get))
        return {
          kind: 'regime',
          regime: 'none',
          rule: 'authorised, for final use: not at risk of moving on to the Union',
        };
      get('ukOrigin');
      return { kind: 'regime', regime: 'EU', rule: 'from Great Britain and at risk of moving on to the Union' };
    });
  }
  return read(flags, (get) =>
    notAtRisk(get)
      ? { kind: 'compare', rule: 'authorised, for final use: not at risk unless the duties differ too much' }
      : { kind: 'regime', regime: 'EU', rule: 'at risk of moving on to the Union' },
  );
}
