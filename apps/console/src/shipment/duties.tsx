import { Trans } from '@lingui/react';
import { compareAssessments, listAssessments, rederiveAssessment, type AnswerOf } from '@tidewaiter/contracts';
import { Fragment, useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { pairedBars } from '../pictures/paired-bars.js';
import { waterfall, type CostStep } from '../pictures/waterfall.js';
import { useLocale } from '../app/preferences.js';
import {
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  formatMoney,
  Instant,
  LegalDate,
  Money,
  StatusMark,
} from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useShipmentId } from './data.js';
import { Figure, Panel, Source, words } from './parts.js';
import { Go, useAsked } from './go.js';

type Stored = AnswerOf<typeof listAssessments>['items'][number];
type Result = Stored['result'];
type Line = Result['lines'][number];
type Variance = AnswerOf<typeof compareAssessments>;

/** Every figure opens: amount, arithmetic, legal basis, rule version. */
export default function Duties() {
  const shipmentId = useShipmentId();
  const { assessment } = useAsked<{ assessment?: number }>();
  const assessments = useRoute(listAssessments, { params: { shipmentId } });
  return (
    <Source query={assessments} what={i18n.t('the assessments')} who={i18n.t('Duties')} height={420}>
      {({ items }) => {
        const shown = items.find(({ n }) => n === assessment) ?? items[0];
        return shown ? (
          <div className="stack">
            {items.length > 1 && (
              <nav className="chips" aria-label={i18n.t('Assessments')}>
                {items.map(({ n, recordedAt }) => (
                  <Go
                    key={n}
                    className="chip"
                    to="."
                    search={{ assessment: n }}
                    {...(n === shown.n ? { 'aria-current': 'true' as const } : {})}
                  >
                    <Trans id="Assessment {n}, <0/>" values={{ n }} components={{ 0: <Instant at={recordedAt} /> }} />
                  </Go>
                ))}
              </nav>
            )}
            <Assessment stored={shown} />
            {shown.n > 1 && <QuoteAgainstEntry shipmentId={shipmentId} n={shown.n} against={1} />}
          </div>
        ) : (
          <EmptyState title={i18n.t('Not assessed yet')}>
            {i18n.t('Duty and tax are worked out as soon as the papers are complete.')}
          </EmptyState>
        );
      }}
    </Source>
  );
}

const chosen = (line: Line) => line.options.find((option) => option.chosen);

/** Customs values, then what is charged on them, then what the goods have cost when they are landed. */
function stepsOf({ lines, entryCharges, totals }: Result): CostStep[] {
  const charges = lines.flatMap((line) => {
    const option = chosen(line);
    return (option?.charges ?? []).map(({ code, role, amount }) => ({
      label: i18n.t('{code} {role}, line {number}', { code, role: words(role).toLowerCase(), number: line.number }),
      amount,
    }));
  });
  return [
    ...lines.flatMap(({ number, customsValue }) =>
      customsValue ? [{ label: i18n.t('Customs value, line {number}', { number }), amount: customsValue.amount }] : [],
    ),
    ...charges.filter(({ amount }) => /[1-9]/.test(amount)),
    ...entryCharges.map(({ code, amount }) => ({ label: code, amount })),
    ...(totals?.landedCost ? [{ label: i18n.t('Landed cost'), amount: totals.landedCost, total: true }] : []),
  ];
}

function Assessment({ stored: { assessmentId, n, result, resultDigest, recordedAt } }: { stored: Stored }) {
  const { currency, totals } = result;
  const explained = result.lines.flatMap((line) => chosen(line)?.charges ?? []).length + result.entryCharges.length;
  return (
    <Panel
      title={i18n.t('Assessment {n}', { n })}
      aside={
        <span className="row label">
          <Trans
            id="law of <0/> · recorded <1/>"
            components={{
              0: <LegalDate date={result.lawDate} country={result.destination} />,
              1: <Instant at={recordedAt} />,
            }}
          />
        </span>
      }
    >
      {result.status !== 'ASSESSED' && (
        <StatusMark state="act">
          {result.status === 'QUESTIONS'
            ? i18n.t('Too little is known: no total is due')
            : i18n.t('A person must look: no rule stands for this')}
        </StatusMark>
      )}
      {totals && (
        <dl className="row">
          {(
            [
              [i18n.t('Duty'), totals.duty],
              [i18n.t('Excise'), totals.excise],
              [i18n.t('Fees'), totals.fees],
              [i18n.t('Tax'), totals.tax],
              [i18n.t('Payable now'), totals.payableNow],
              [i18n.t('Payable later'), totals.payableLater],
            ] as const
          )
            .filter(([, amount], i) => i > 3 || /[1-9]/.test(amount))
            .map(([label, amount]) => (
              <div key={label}>
                <dt className="label">{label}</dt>
                <dd>
                  <b>
                    <Money value={{ amount, currency }} />
                  </b>
                </dd>
              </div>
            ))}
        </dl>
      )}
      <Waterfall steps={stepsOf(result)} currency={currency} />
      <Lines result={result} />
      <p className="label">
        {i18n.t('Explained: {explained} of {explained} charges open to arithmetic, legal basis and rule.', {
          explained,
        })}
      </p>
      <div className="row">
        {result.rules.map(({ set, version, digest }) => (
          <span key={set} className="label">
            {set} {version} <DigestChip digest={digest} label={i18n.t('digest of {set}', { set })} />
          </span>
        ))}
      </div>
      <Rederive assessmentId={assessmentId} digest={resultDigest} />
      {result.notices.map(({ code, detail }) => (
        <p key={code + detail} className="notice">
          {detail} <code>{code}</code>
        </p>
      ))}
    </Panel>
  );
}

const [LABEL, ROW, WIDTH] = [220, 26, 460];

function Waterfall({ steps, currency }: { steps: CostStep[]; currency: string }) {
  const locale = useLocale();
  const bars = waterfall(steps, WIDTH);
  const height = bars.length * ROW;
  if (bars.length === 0) return null;
  return (
    <Figure
      caption={i18n.t('How the cost is built up')}
      picture={
        <svg
          viewBox={`0 0 ${LABEL + WIDTH + 140} ${height}`}
          width={LABEL + WIDTH + 140}
          role="img"
          aria-label={i18n.t('Cost build-up in {count} steps; shown as a table too', { count: steps.length })}
        >
          {bars.map(({ label, amount, total, x, width, joins }, i) => (
            <g key={label} transform={`translate(0 ${i * ROW})`}>
              <text x={LABEL - 12} y={17} textAnchor="end" fontWeight={total ? 600 : 400}>
                {label}
              </text>
              {joins !== null && !total && (
                <line x1={LABEL + joins} x2={LABEL + joins} y1={-6} y2={6} stroke="var(--edge)" />
              )}
              <rect x={LABEL + x} y={6} width={width} height={14} fill={total ? 'var(--ink)' : 'var(--accent)'} />
              <text x={LABEL + x + width + 8} y={17} fontWeight={total ? 600 : 400}>
                {formatMoney({ amount, currency }, locale)}
              </text>
            </g>
          ))}
        </svg>
      }
      table={
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Part')}</th>
              <th scope="col" className="num">
                {i18n.t('Amount')}
              </th>
            </tr>
          </thead>
          <tbody>
            {bars.map(({ label, amount, total }) => (
              <tr key={label}>
                <th scope="row">{total ? <b>{label}</b> : label}</th>
                <td className="num">
                  <Money value={{ amount, currency }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}

function Lines({ result: { lines, entryCharges, currency } }: { result: Result }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string): void =>
    setOpen(open.has(key) ? new Set([...open].filter((each) => each !== key)) : new Set([...open, key]));
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{i18n.t('Charge')}</th>
            <th scope="col">{i18n.t('Expression')}</th>
            <th scope="col" className="num">
              {i18n.t('Base')}
            </th>
            <th scope="col" className="num">
              {i18n.t('Amount')}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Fragment key={line.number}>
              <tr>
                <th scope="rowgroup" colSpan={3}>
                  {i18n.t('Line {number}, customs value', { number: line.number })}
                  {line.customsValue && <div className="sums soft">{line.customsValue.trace.join(' · ')}</div>}
                </th>
                <td className="num">
                  {line.customsValue ? (
                    <Money value={line.customsValue} />
                  ) : (
                    <StatusMark state="unknown">{i18n.t('not known')}</StatusMark>
                  )}
                </td>
              </tr>
              {(chosen(line)?.charges ?? []).map((charge) => {
                const key = `${line.number}/${charge.measure}/${charge.part ?? ''}/${charge.code}`;
                const shown = open.has(key);
                return (
                  <Fragment key={key}>
                    <tr>
                      <td>
                        <button type="button" className="disclose" aria-expanded={shown} onClick={() => toggle(key)}>
                          {i18n.t('{code} {role}, line {number}', {
                            code: charge.code,
                            role: words(charge.role).toLowerCase(),
                            number: line.number,
                          })}
                        </button>
                        {charge.part && <span className="label"> {words(charge.part).toLowerCase()}</span>}
                      </td>
                      <td>{charge.expression}</td>
                      <td className="num">{charge.base}</td>
                      <td className="num">
                        <Money value={{ amount: charge.amount, currency }} />
                      </td>
                    </tr>
                    {shown && (
                      <tr className="line-open">
                        <td colSpan={4}>
                          <dl className="facts">
                            <dt>{i18n.t('Arithmetic')}</dt>
                            <dd className="sums">{charge.arithmetic}</dd>
                            <dt>{i18n.t('Exact, then rounded')}</dt>
                            <dd className="sums">
                              {charge.exact} → {charge.amount} ({charge.rounding})
                            </dd>
                            <dt>{i18n.t('Legal basis')}</dt>
                            <dd>{charge.legalBasis}</dd>
                            <dt>{i18n.t('Measure')}</dt>
                            <dd>
                              <code>{charge.measure}</code>
                            </dd>
                          </dl>
                        </td>
                      </tr>
                    )}
                  </Fragment>
                );
              })}
              {line.options
                .filter((option) => !option.chosen)
                .map((option) => (
                  <tr key={option.basis}>
                    <td colSpan={3}>
                      <StatusMark state="idle">
                        {i18n.t('Not chosen: {basis}', { basis: option.basis })}
                        {option.needs.length > 0 && i18n.t(', needs {needs}', { needs: option.needs.join(', ') })}
                      </StatusMark>
                    </td>
                    <td className="num soft">
                      <Money value={{ amount: option.total, currency }} />
                    </td>
                  </tr>
                ))}
              {line.questions.map(({ code, asks, answers }) => (
                <tr key={code}>
                  <td colSpan={4}>
                    <StatusMark state="unknown">
                      {asks} {answers.length > 0 && i18n.t('Answers: {answers}.', { answers: answers.join(', ') })}
                    </StatusMark>
                  </td>
                </tr>
              ))}
            </Fragment>
          ))}
          {entryCharges.map((charge) => {
            const key = `entry/${charge.code}`;
            const shown = open.has(key);
            return (
              <Fragment key={key}>
                <tr>
                  <td>
                    <button type="button" className="disclose" aria-expanded={shown} onClick={() => toggle(key)}>
                      {i18n.t('{code}, whole entry', { code: charge.code })}
                    </button>
                  </td>
                  <td>{charge.taxType}</td>
                  <td className="num">{charge.base}</td>
                  <td className="num">
                    <Money value={{ amount: charge.amount, currency }} />
                  </td>
                </tr>
                {shown && (
                  <tr className="line-open">
                    <td colSpan={4}>
                      <dl className="facts">
                        <dt>{i18n.t('Arithmetic')}</dt>
                        <dd className="sums">{charge.arithmetic}</dd>
                        <dt>{i18n.t('Legal basis')}</dt>
                        <dd>{charge.legalBasis}</dd>
                      </dl>
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** The same request over the same rule versions gives the same bytes; where it does not, the first place that differs is named. */
function Rederive({ assessmentId, digest }: { assessmentId: string; digest: string }) {
  const again = useChange(rederiveAssessment);
  const { data } = again;
  return (
    <div className="row" aria-live="polite">
      <Button busy={again.isPending} onPress={() => again.mutate({ params: { assessmentId } })}>
        {i18n.t('Re-derive')}
      </Button>
      <span>
        <Trans id="stored <0/>" components={{ 0: <DigestChip digest={digest} label={i18n.t('stored digest')} /> }} />
      </span>
      {data && (
        <>
          <span>
            <Trans
              id="again <0/>"
              components={{ 0: <DigestChip digest={data.digest} label={i18n.t('derived digest')} /> }}
            />
          </span>
          <StatusMark state={data.agrees ? 'go' : 'late'}>
            {data.agrees
              ? i18n.t('same bytes')
              : i18n.t('differs first at {pointer}: stored {stored}, derived {derived}', {
                  pointer: data.differences[0]?.pointer,
                  stored: data.differences[0]?.stored,
                  derived: data.differences[0]?.derived,
                })}
          </StatusMark>
        </>
      )}
      {again.isError && <ErrorState error={again.error} what={i18n.t('the derivation')} />}
    </div>
  );
}

function QuoteAgainstEntry({ shipmentId, n, against }: { shipmentId: string; n: number; against: number }) {
  const variance = useRoute(compareAssessments, { params: { shipmentId, n }, query: { against } });
  return (
    <Source query={variance} what={i18n.t('quote against entry')} who={i18n.t('Duties')} height={160}>
      {(answer) => <VariancePanel variance={answer} n={n} against={against} />}
    </Source>
  );
}

const signed = (change: string): string => (change.startsWith('-') || !/[1-9]/.test(change) ? change : `+${change}`);

function VariancePanel({
  variance: { currency, lines, entryCharges, total },
  n,
  against,
}: {
  variance: Variance;
  n: number;
  against: number;
}) {
  const pairs = [
    ...lines.map(({ line, before, after, change }) => ({
      label: i18n.t('Line {line}', { line }),
      before,
      after,
      change,
    })),
    ...(/[1-9]/.test(`${entryCharges.before}${entryCharges.after}`)
      ? [{ label: i18n.t('Whole entry'), ...entryCharges }]
      : []),
    { label: i18n.t('Together'), ...total },
  ];
  const bars = pairedBars(pairs, 360);
  return (
    <Panel
      title={i18n.t('Assessment {against} against {n}', { against, n })}
      aside={
        <span className="label">
          {i18n.t('explained {change} of {change} {currency}', { change: signed(total.change), currency })}
        </span>
      }
    >
      <Figure
        caption={i18n.t('Before and after, in the currency of the entry')}
        picture={
          <svg
            viewBox={`0 0 640 ${bars.length * 44}`}
            width={640}
            role="img"
            aria-label={i18n.t('Before and after of each line; shown as a table too')}
          >
            {bars.map(({ label, before, after, change, beforeWidth, afterWidth }, i) => (
              <g key={label} transform={`translate(0 ${i * 44})`}>
                <text x={108} y={26} textAnchor="end">
                  {label}
                </text>
                <rect x={120} y={6} width={Math.max(1, beforeWidth)} height={12} fill="var(--edge)" />
                <text x={126 + beforeWidth} y={16} className="soft">
                  {before}
                </text>
                <rect x={120} y={22} width={Math.max(1, afterWidth)} height={12} fill="var(--accent)" />
                <text x={126 + afterWidth} y={32}>
                  {after} ({signed(change)})
                </text>
              </g>
            ))}
          </svg>
        }
        table={
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{i18n.t('What')}</th>
                <th scope="col" className="num">
                  {i18n.t('Before')}
                </th>
                <th scope="col" className="num">
                  {i18n.t('After')}
                </th>
                <th scope="col" className="num">
                  {i18n.t('Change')}
                </th>
              </tr>
            </thead>
            <tbody>
              {pairs.map(({ label, before, after, change }) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  <td className="num">{before}</td>
                  <td className="num">{after}</td>
                  <td className="num">{signed(change)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
      <ul className="stack-tight">
        {lines.flatMap(({ line, changes }) =>
          changes.map(({ causes, amount, says }) => (
            <li key={`${line} ${says}`}>
              <Trans
                id="Line {line}, {causes}: {says} <0>{amount}</0>"
                values={{ line, causes: causes.join(' and '), says, amount: signed(amount) }}
                components={{ 0: <b /> }}
              />
            </li>
          )),
        )}
      </ul>
    </Panel>
  );
}
