import type { AnswerOf, showEndpoint } from '@tidewaiter/contracts';
import { Figure } from '../shipment/parts.js';
import { Instant } from '../ui/index.js';
import { i18n } from '../words/words.js';
import './hours.css';

type Hour = AnswerOf<typeof showEndpoint>['hours'][number];

const HOUR_MS = 3_600_000;
const [WIDTH, HEIGHT, STEP] = [24 * 24, 64, 24];

/** Tries of the last 24 hours by hour: what arrived stands on what failed. */
export function Hours({ hours }: { hours: readonly Hour[] }) {
  const arrived = hours.reduce((sum, hour) => sum + hour.arrived, 0);
  const all = hours.reduce((sum, hour) => sum + hour.arrived + hour.failed, 0);
  return (
    <Figure
      caption={i18n.t('{arrived} of {all} tries arrived in the last 24 hours', { arrived: shareOf(arrived, all), all })}
      picture={<Bars hours={hours} />}
      table={<Rows hours={hours} />}
    />
  );
}

const shareOf = (part: number, all: number): string => `${all === 0 ? 0 : Math.floor((part / all) * 100)} %`;

function Bars({ hours }: { hours: readonly Hour[] }) {
  const last = Math.max(...hours.map(({ hour }) => Date.parse(hour)));
  const most = Math.max(...hours.map((hour) => hour.arrived + hour.failed));
  const scale = (count: number): number => (count === 0 ? 0 : Math.max(2, (count / most) * HEIGHT));
  return (
    <svg
      className="hours"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={i18n.t('Tries by hour, arrived and failed; the table has the numbers')}
    >
      {hours.map(({ hour, arrived, failed }) => {
        const x = WIDTH - STEP - Math.round((last - Date.parse(hour)) / HOUR_MS) * STEP;
        return (
          <g key={hour}>
            <rect
              className="hours-failed"
              x={x + 3}
              width={STEP - 6}
              y={HEIGHT - scale(failed)}
              height={scale(failed)}
            />
            <rect
              className="hours-arrived"
              x={x + 3}
              width={STEP - 6}
              y={HEIGHT - scale(failed) - scale(arrived)}
              height={scale(arrived)}
            />
          </g>
        );
      })}
      <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
    </svg>
  );
}

const Rows = ({ hours }: { hours: readonly Hour[] }) => (
  <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Tries by hour, scrolls')}>
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{i18n.t('Hour')}</th>
          <th scope="col" className="num">
            {i18n.t('Arrived')}
          </th>
          <th scope="col" className="num">
            {i18n.t('Failed')}
          </th>
          <th scope="col" className="num">
            {i18n.t('Success')}
          </th>
        </tr>
      </thead>
      <tbody>
        {hours.map(({ hour, arrived, failed }) => (
          <tr key={hour}>
            <th scope="row">
              <Instant at={hour} />
            </th>
            <td className="num">{arrived}</td>
            <td className="num">{failed}</td>
            <td className="num">{shareOf(arrived, arrived + failed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
