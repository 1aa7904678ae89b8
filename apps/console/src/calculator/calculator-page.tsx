import {
  INCOTERMS,
  previewAssessment,
  TRANSPORT_MODES,
  type AssessmentRequest,
  type AssessmentResult,
} from '@tidewaiter/contracts';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/client.js';
import { announce } from '../app/announce.js';
import { useDraft } from '../app/draft.js';
import { Button, DigestChip, fieldProblems, Page, ProblemSummary, Select, StatusMark, TextField } from '../ui/index.js';
import { formatMoney } from '../ui/money.js';
import { transportWord } from '../words/terms.js';
import { i18n } from '../words/words.js';
import './calculator.css';

interface Draft {
  destination: string;
  origin: string;
  lawDate: string;
  transport: string;
  incoterm: string;
  commodity: string;
  amount: string;
  currency: string;
  netKg: string;
  pieces: string;
  freight: string;
  insurance: string;
  /** answers to the engine's questions, by question */
  answers: Record<string, string>;
}
const DRAFT: Draft = {
  destination: 'GB',
  origin: 'CN',
  lawDate: new Date().toISOString().slice(0, 10),
  transport: 'ocean',
  incoterm: 'FOB',
  commodity: '',
  amount: '',
  currency: 'GBP',
  netKg: '',
  pieces: '',
  freight: '',
  insurance: '',
  answers: {},
};
const VARIANTS_AT_MOST = 3;
const NONE = i18n.t('none of these');

/** The request that a form means: what was not typed is left out, so that the engine asks for it where it matters. */
export function requestOf(draft: Draft): AssessmentRequest {
  const price = (amount: string) =>
    amount.trim() === '' ? undefined : { amount: amount.trim(), currency: draft.currency };
  const quantities = [
    ...(draft.netKg.trim() ? [{ unit: 'KGM', value: draft.netKg.trim() }] : []),
    ...(draft.pieces.trim() ? [{ unit: 'NAR', value: draft.pieces.trim() }] : []),
    ...Object.entries(draft.answers).flatMap(([code, value]) =>
      code.startsWith('quantity:') && value ? [{ unit: code.slice(9), value }] : [],
    ),
  ];
  const { documents, additionalCode, vatOption, commodity } = draft.answers;
  const [freight, insurance, value] = [price(draft.freight), price(draft.insurance), price(draft.amount)];
  return {
    destination: draft.destination,
    origin: draft.origin.trim().toUpperCase(),
    lawDate: draft.lawDate,
    transport: draft.transport,
    incoterm: draft.incoterm,
    charges: { ...(freight ? { freight } : {}), ...(insurance ? { insurance } : {}) },
    lines: [
      {
        number: 1,
        commodity: (commodity ?? draft.commodity).replace(/\s/g, ''),
        ...(value ? { price: value } : {}),
        quantities,
        ...(additionalCode ? { additionalCodes: [additionalCode] } : {}),
        ...(vatOption ? { vatOption } : {}),
        ...(documents === undefined ? {} : { documents: documents === NONE ? [] : [{ code: documents }] }),
      },
    ],
  } as unknown as AssessmentRequest;
}

interface Variant {
  name: string;
  request: AssessmentRequest;
  result: AssessmentResult;
}

/** What would be due, why, and what else would be possible: the form is what the engine asks. Nothing is stored. */
export default function CalculatorPage() {
  const [draft, change] = useDraft<Draft>('calculator', DRAFT);
  const [variants, setVariants] = useState<readonly Variant[]>([]);
  const preview = useMutation({
    mutationFn: async (request: AssessmentRequest) => ({
      request,
      result: await api.call(previewAssessment, { body: request }),
    }),
  });
  const { data, error, isPending } = preview;
  const ask = (next: Draft = draft): void => preview.mutate(requestOf(next));
  const answer = (code: string, value: string): void => {
    const answers = { ...draft.answers, [code]: value };
    change({ answers });
    ask({ ...draft, answers });
  };
  const problems = fieldProblems(
    error,
    (pointer) =>
      /(destination|origin|lawDate|commodity|incoterm|transport|freight|insurance)/.exec(pointer)?.[1] ??
      (/price/.test(pointer) ? 'amount' : undefined),
  );
  return (
    <Page
      title={i18n.t('Calculator')}
      lead={i18n.t('What would be due, why, and what else would be possible. Nothing is stored.')}
    >
      <div className="calculator">
        <form
          className="sheet sheet-body stack"
          onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}
        >
          <ProblemSummary problems={problems} />
          <div className="calculator-pair">
            <Select
              id="destination"
              label={i18n.t('Destination')}
              value={draft.destination}
              onChange={(destination) => change({ destination, answers: {} })}
              options={['GB', 'US', 'DE', 'XI'].map((value) => ({ value, label: value }))}
            />
            <TextField
              id="origin"
              label={i18n.t('Origin')}
              hint={i18n.t('two letters')}
              value={draft.origin}
              onChange={(origin) => change({ origin, answers: {} })}
            />
          </div>
          <TextField
            id="commodity"
            label={i18n.t('Commodity code')}
            hint={i18n.t('6 to 10 digits')}
            value={draft.commodity}
            onChange={(commodity) => change({ commodity, answers: {} })}
          />
          <div className="calculator-pair">
            <TextField
              id="amount"
              label={i18n.t('Price')}
              inputMode="decimal"
              value={draft.amount}
              onChange={(amount) => change({ amount })}
            />
            <TextField
              id="currency"
              label={i18n.t('Currency')}
              value={draft.currency}
              onChange={(currency) => change({ currency: currency.toUpperCase() })}
            />
          </div>
          <div className="calculator-pair">
            <TextField
              id="netKg"
              label={i18n.t('Net mass, kg')}
              inputMode="decimal"
              value={draft.netKg}
              onChange={(netKg) => change({ netKg })}
            />
            <TextField
              id="pieces"
              label={i18n.t('Pieces')}
              inputMode="numeric"
              value={draft.pieces}
              onChange={(pieces) => change({ pieces })}
            />
          </div>
          <div className="calculator-pair">
            <TextField
              id="freight"
              label={i18n.t('Freight')}
              inputMode="decimal"
              value={draft.freight}
              onChange={(freight) => change({ freight })}
            />
            <TextField
              id="insurance"
              label={i18n.t('Insurance')}
              inputMode="decimal"
              value={draft.insurance}
              onChange={(insurance) => change({ insurance })}
            />
          </div>
          <div className="calculator-pair">
            <Select
              id="incoterm"
              label={i18n.t('Incoterm')}
              value={draft.incoterm}
              onChange={(incoterm) => change({ incoterm })}
              options={INCOTERMS.map((value) => ({ value, label: value, isCode: true }))}
            />
            <Select
              id="transport"
              label={i18n.t('Transport')}
              value={draft.transport}
              onChange={(transport) => change({ transport })}
              options={TRANSPORT_MODES.map((value) => ({ value, label: transportWord(value) }))}
            />
          </div>
          <TextField
            id="lawDate"
            label={i18n.t('Law of')}
            type="date"
            value={draft.lawDate}
            onChange={(lawDate) => change({ lawDate })}
          />
          <div className="buttons">
            <Button
              kind="primary"
              type="submit"
              busy={isPending}
              because={draft.commodity.trim() === '' ? i18n.t('Give a commodity code first.') : undefined}
              quietReason
            >
              {i18n.t('Work it out')}
            </Button>
          </div>
        </form>
        <div className="stack" aria-busy={isPending} aria-live="polite">
          {!data && !isPending && (
            <p className="soft">
              {i18n.t(
                'The result stands here: each charge with its arithmetic and legal basis, each option not chosen with what it would need.',
              )}
            </p>
          )}
          {data && (
            <>
              <Result result={data.result} answers={draft.answers} onAnswer={answer} />
              <Take request={data.request} />
              <div className="buttons">
                <Button
                  because={
                    variants.length >= VARIANTS_AT_MOST ? i18n.t('Three stand side by side already.') : undefined
                  }
                  onPress={() =>
                    setVariants([
                      ...variants,
                      {
                        name: `${draft.origin} → ${draft.destination}, ${draft.commodity}, ${draft.incoterm}`,
                        ...data,
                      },
                    ])
                  }
                >
                  {i18n.t('Keep as variant')}
                </Button>
                {variants.length > 0 && <Button onPress={() => setVariants([])}>{i18n.t('Clear variants')}</Button>}
              </div>
            </>
          )}
        </div>
      </div>
      {variants.length > 0 && (
        <section className="sheet table-scroll">
          <table className="table">
            <thead>
              <tr>
                <th>{i18n.t('Variant')}</th>
                {[i18n.t('Duty'), i18n.t('Tax'), i18n.t('Fees'), i18n.t('Payable now'), i18n.t('Landed')].map(
                  (head) => (
                    <th key={head} className="num">
                      {head}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {variants.map(({ name, result }, index) => (
                <tr key={index}>
                  <td>{name}</td>
                  {(['duty', 'tax', 'fees', 'payableNow', 'landedCost'] as const).map((part) => (
                    <td key={part} className="num">
                      {amount(result.totals?.[part], result.currency)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Page>
  );
}

const amount = (value: string | null | undefined, currency: string): string =>
  value === null || value === undefined ? i18n.t('open') : formatMoney({ amount: value, currency }, 'en-GB');

function Result({
  result,
  answers,
  onAnswer,
}: {
  result: AssessmentResult;
  answers: Record<string, string>;
  onAnswer: (code: string, value: string) => void;
}) {
  const { status, totals, currency, lines, entryCharges, notices, rules } = result;
  const questions = lines.flatMap((line) => line.questions);
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>
          {totals ? (
            <>
              {amount(totals.payableNow, currency)}{' '}
              <span className="label">{i18n.t('{currency} payable now', { currency })}</span>
            </>
          ) : (
            i18n.t('No total yet')
          )}
        </h2>
        <StatusMark state={status === 'ASSESSED' ? 'go' : status === 'QUESTIONS' ? 'act' : 'unknown'}>
          {status === 'ASSESSED'
            ? i18n.t('Worked out')
            : status === 'QUESTIONS'
              ? i18n.t('{count} open {count, plural, one {question} other {questions}}', { count: questions.length })
              : i18n.t('Needs a person’s review')}
        </StatusMark>
      </div>
      <div className="sheet-body stack">
        {notices.map((notice) => (
          <StatusMark key={notice.code + notice.detail} state="act">
            {notice.detail}
          </StatusMark>
        ))}
        {questions.length > 0 && (
          <div className="stack">
            <h3>{i18n.t('To be answered')}</h3>
            {questions.map((question) => (
              <Question key={question.code + question.asks} question={question} answers={answers} onAnswer={onAnswer} />
            ))}
          </div>
        )}
        {totals && (
          <dl className="facts calculator-totals">
            {(
              [
                [i18n.t('Duty'), totals.duty],
                [i18n.t('Excise'), totals.excise],
                [i18n.t('Fees'), totals.fees],
                [i18n.t('Tax'), totals.tax],
                [i18n.t('Payable later'), totals.payableLater],
                [i18n.t('Landed cost'), totals.landedCost],
              ] as const
            ).map(([name, value]) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd className="num">{amount(value, currency)}</dd>
              </div>
            ))}
          </dl>
        )}
        {lines.map((line) =>
          line.options.map((option, index) => (
            <details key={`${line.number} ${index}`} open={option.chosen}>
              <summary>
                {option.chosen ? i18n.t('Chosen: ') : i18n.t('Not chosen: ')}
                {option.basis}, {amount(option.total, currency)}
                {option.needs.length > 0 && i18n.t(' · needs {needs}', { needs: option.needs.join(', ') })}
              </summary>
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th>{i18n.t('Charge')}</th>
                      <th>{i18n.t('Arithmetic')}</th>
                      <th>{i18n.t('Legal basis')}</th>
                      <th className="num">{i18n.t('Amount')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {option.charges.map((charge) => (
                      <tr key={charge.measure + (charge.part ?? '')}>
                        <td>
                          {charge.code} {charge.role}
                          <br />
                          <span className="label">{charge.expression}</span>
                        </td>
                        <td>{charge.arithmetic}</td>
                        <td className="label">{charge.legalBasis}</td>
                        <td className="num">{amount(charge.amount, currency)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </details>
          )),
        )}
        {entryCharges.length > 0 && (
          <table className="table">
            <caption className="label">{i18n.t('Charges on the entry')}</caption>
            <tbody>
              {entryCharges.map((charge) => (
                <tr key={charge.code}>
                  <td>{charge.code}</td>
                  <td>{charge.arithmetic}</td>
                  <td className="label">{charge.legalBasis}</td>
                  <td className="num">{amount(charge.amount, currency)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p className="row label">
          {i18n.t('Rules:')}{' '}
          {rules.map((rule) => (
            <span key={rule.digest} className="row">
              {rule.set} {rule.version} <DigestChip digest={rule.digest} label={i18n.t('rule digest')} />
            </span>
          ))}
        </p>
      </div>
    </section>
  );
}

function Question({
  question: { code, asks, answers: offered },
  answers,
  onAnswer,
}: {
  question: AssessmentResult['lines'][number]['questions'][number];
  answers: Record<string, string>;
  onAnswer: (code: string, value: string) => void;
}) {
  const unit = code === 'quantity' ? /\(unit ([A-Z0-9_]+)\)/.exec(asks)?.[1] : undefined;
  const name = unit
    ? `quantity:${unit}`
    : /additional/i.test(code)
      ? 'additionalCode'
      : /document/i.test(code)
        ? 'documents'
        : code;
  const [value, setValue] = useState(answers[name] ?? '');
  if (offered.length > 0) {
    const choices = name === 'documents' ? [...offered, NONE] : offered;
    return (
      <fieldset className="stack-tight party">
        <legend>{asks}</legend>
        <div className="buttons">
          {choices.map((choice) => (
            <button
              key={choice}
              type="button"
              className="chip"
              aria-pressed={answers[name] === choice}
              onClick={() => onAnswer(name, choice)}
            >
              {choice}
            </button>
          ))}
        </div>
      </fieldset>
    );
  }
  if (['price', 'incoterm', 'freight', 'transport'].includes(code))
    return (
      <p>
        <StatusMark state="act">
          {asks}{' '}
          <a
            href={`#${code === 'price' ? 'amount' : code}`}
            onClick={(event) => {
              event.preventDefault();
              document.getElementById(code === 'price' ? 'amount' : code)?.focus();
            }}
          >
            {i18n.t('Fill it in')}
          </a>
        </StatusMark>
      </p>
    );
  return (
    <div className="row">
      <TextField label={asks} value={value} onChange={setValue} />
      <Button onPress={() => onAnswer(name, value)}>{i18n.t('Answer')}</Button>
    </div>
  );
}

function Take({ request }: { request: AssessmentRequest }) {
  const body = JSON.stringify(request);
  const copy = (says: string, text: string) => () =>
    void navigator.clipboard.writeText(text).then(() => announce(i18n.t('{says} is copied.', { says })));
  return (
    <div className="buttons">
      <Button size="small" onPress={copy(i18n.t('The request'), JSON.stringify(request, null, 2))}>
        {i18n.t('Copy request')}
      </Button>
      <Button
        size="small"
        onPress={copy(
          i18n.t('The curl command'),
          `curl -X POST ${location.origin}/v1/assessments/preview -H "Authorization: Bearer $(npx tidewaiter token --as operator)" -H 'Content-Type: application/json' -d '${body.replace(/'/g, `'\\''`)}'`,
        )}
      >
        {i18n.t('Copy as curl')}
      </Button>
      <Button
        size="small"
        onPress={copy(i18n.t('The command'), `echo '${body.replace(/'/g, `'\\''`)}' | npx tidewaiter duty preview -`)}
      >
        {i18n.t('Copy as CLI')}
      </Button>
    </div>
  );
}
