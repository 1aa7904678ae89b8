import { geoEqualEarth, geoGraticule10, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { Topology } from 'topojson-specification';
import land from 'world-atlas/land-110m.json';
import {
  coordinates,
  countryPosition,
  middleOf,
  placeOf,
  within,
  type Place,
  type Position,
} from '../pictures/places.js';
import type { Station } from '../pictures/stations.js';
import { useLocale } from '../app/preferences.js';
import { STATION_WORDS } from '../words/terms.js';
import { i18n } from '../words/words.js';
import { Figure } from './parts.js';

const WIDTH = 960;
const HEIGHT = 380;
const MARGIN = 70;
/** Outlines are too coarse for less: a short way is shown within the land that it runs through. */
const SMALLEST_DEGREES = 16;

const LAND = feature(land as unknown as Topology, 'land');

const WORDS = { origin: i18n.t('origin'), ...STATION_WORDS } as const;

/** A station with its place on the map; null where its position is not known. */
type Located = Station & { found: Place | null };

interface Stop {
  key: string;
  name: string;
  position: Position;
  state: keyof typeof WORDS;
}

/** The places whose position is known, in the order of the way; one that has two names is one place. */
function stopsOf(origin: string, located: readonly Located[], countryName: (code: string) => string): Stop[] {
  const from = countryPosition(origin);
  const stops: Stop[] = from ? [{ key: origin, name: countryName(origin), position: from, state: 'origin' }] : [];
  for (const { place, state, found } of located) {
    if (!found) continue;
    const near = (a: Position, b: Position): boolean => Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.2;
    const last = stops.at(-1);
    if (last && near(last.position, found.position)) stops[stops.length - 1] = { ...last, state };
    else stops.push({ key: place, name: found.name, position: found.position, state });
  }
  return stops;
}

/** Two corners of what has to be in sight: the places, and so much around them that the coast can be told. */
function around(points: readonly Position[], middle: number): [number, number][] {
  const [xs, ys] = [points.map(([x]) => within(x - middle)), points.map(([, y]) => y)];
  const spread = (values: number[]): [number, number] => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const missing = Math.max(0, SMALLEST_DEGREES - (high - low)) / 2;
    return [low - missing, high + missing];
  };
  const [[west, east], [south, north]] = [spread(xs), spread(ys)];
  return [
    [west + middle, Math.max(-85, south)],
    [east + middle, Math.min(85, north)],
  ];
}

/** Where the goods came by and where they are going: outlines of the land, drawn here, from no map server. */
export default function RouteMap({ origin, stations }: { origin: string; stations: readonly Station[] }) {
  const locale = useLocale();
  const countryName = (code: string): string => new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? code;
  const located = stations.map((station): Located => ({ ...station, found: placeOf(station.place) }));
  const known = stopsOf(origin, located, countryName);
  const unknown = located.filter(({ found }) => found === null).map(({ place }) => place);
  if (unknown.length === stations.length)
    return (
      <p className="label">
        {i18n.t('No map: the position of {unknown} is not known.', { unknown: unknown.join(', ') })}
      </p>
    );

  const points = known.map(({ position }) => position);
  const middle = middleOf(points.map(([x]) => x));
  const way = points.map(([x, y]) => [x, y]);
  const projection = geoEqualEarth()
    // So that a way over the date line is not torn.
    .rotate([-middle, 0])
    .fitExtent(
      [
        [MARGIN, MARGIN],
        [WIDTH - MARGIN, HEIGHT - MARGIN],
      ],
      {
        type: 'GeometryCollection',
        geometries: [
          { type: 'MultiPoint', coordinates: around(points, middle) },
          { type: 'LineString', coordinates: way },
        ],
      },
    )
    .clipExtent([
      [0, 0],
      [WIDTH, HEIGHT],
    ]);
  const path = geoPath(projection);
  const legs = known.slice(1).map((to, index) => ({ from: known[index]!, to }));
  const says = known.map(({ name, state }) => `${name}, ${WORDS[state]}`).join('; ');
  return (
    <Figure
      caption={i18n.t('On the map, from the country of origin on')}
      note={
        unknown.length > 0
          ? i18n.t('Not on the map, their position is not known: {unknown}.', { unknown: unknown.join(', ') })
          : undefined
      }
      picture={
        <svg
          className="route-map"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={i18n.t('Map: {says}', { says })}
        >
          <path className="map-grid" d={path(geoGraticule10()) ?? ''} />
          <path className="map-land" d={path(LAND) ?? ''} />
          {legs.map(({ from, to }) => (
            <path
              key={to.key}
              className="map-leg"
              data-state={from.state === 'origin' ? 'origin' : to.state}
              d={path({ type: 'LineString', coordinates: [[...from.position], [...to.position]] }) ?? ''}
            />
          ))}
          {known.map(({ key, name, position, state }, index) => {
            const [x, y] = projection([...position])!;
            // Names of neighbours lie above and below in turn.
            return (
              <g key={key} className="map-place" data-state={state}>
                <circle cx={x} cy={y} r={state === 'here' ? 8 : 5} />
                <text x={x} y={index % 2 === 0 ? y - 14 : y + 26} textAnchor="middle">
                  {name}
                </text>
              </g>
            );
          })}
        </svg>
      }
      table={
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Place')}</th>
              <th scope="col">{i18n.t('Position')}</th>
              <th scope="col">{i18n.t('State')}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                {countryName(origin)} <span className="label">{origin}</span>
              </th>
              <td>{countryPosition(origin) ? i18n.t('the country') : i18n.t('not known')}</td>
              <td>{WORDS.origin}</td>
            </tr>
            {located.map(({ place, state, found }) => (
              <tr key={place}>
                <th scope="row">
                  {found?.name ?? place} {found && <span className="label">{place}</span>}
                </th>
                <td>{found ? coordinates(found.position) : i18n.t('not known')}</td>
                <td>{WORDS[state]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}
