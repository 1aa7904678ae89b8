/** A place on the map: degrees east, degrees north. */
export type Position = readonly [longitude: number, latitude: number];

/**
 * Ports, airports and towns that consignments of the countries served come by, to a hundredth of a degree. Codes and names: UN/LOCODE,
 * issue 2024-2; where the harbour lies apart from its town, the harbour.
 */
const PLACES: Record<string, [name: string, longitude: number, latitude: number]> = {
  AEJEA: ['Jebel Ali', 55.03, 25.01],
  AEDXB: ['Dubai', 55.31, 25.27],
  AUMEL: ['Melbourne', 144.91, -37.83],
  AUSYD: ['Sydney', 151.21, -33.87],
  BEANR: ['Antwerp', 4.4, 51.26],
  BEZEE: ['Zeebrugge', 3.2, 51.33],
  BRSSZ: ['Santos', -46.31, -23.98],
  CAMTR: ['Montreal', -73.53, 45.58],
  CAVAN: ['Vancouver', -123.1, 49.29],
  CHBSL: ['Basel', 7.59, 47.58],
  CHZRH: ['Zurich', 8.55, 47.46],
  CNCAN: ['Guangzhou', 113.26, 23.13],
  CNNGB: ['Ningbo', 121.85, 29.93],
  CNPVG: ['Shanghai Pudong', 121.81, 31.14],
  CNSHA: ['Shanghai', 121.8, 31.35],
  CNSZX: ['Shenzhen', 114.06, 22.54],
  CNTAO: ['Qingdao', 120.31, 36.08],
  CNTXG: ['Tianjin Xingang', 117.74, 38.98],
  CNXMN: ['Xiamen', 118.07, 24.45],
  CNYTN: ['Yantian', 114.27, 22.57],
  DEBRV: ['Bremerhaven', 8.55, 53.57],
  DEDUI: ['Duisburg', 6.76, 51.45],
  DEFRA: ['Frankfurt', 8.56, 50.04],
  DEHAM: ['Hamburg', 9.93, 53.53],
  EGPSD: ['Port Said', 32.31, 31.25],
  ESALG: ['Algeciras', -5.43, 36.13],
  ESBCN: ['Barcelona', 2.16, 41.35],
  FRCDG: ['Paris Charles de Gaulle', 2.55, 49.01],
  FRLEH: ['Le Havre', 0.13, 49.48],
  GBBHX: ['Birmingham', -1.75, 52.45],
  GBDVR: ['Dover', 1.33, 51.12],
  GBEMA: ['East Midlands', -1.33, 52.83],
  GBFXT: ['Felixstowe', 1.32, 51.95],
  GBHUL: ['Hull', -0.28, 53.74],
  GBIPS: ['Ipswich', 1.16, 52.05],
  GBLBA: ['Leeds', -1.55, 53.8],
  GBLGP: ['London Gateway', 0.48, 51.5],
  GBLHR: ['London Heathrow', -0.45, 51.47],
  GBLIV: ['Liverpool', -3.02, 53.45],
  GBLON: ['London', -0.12, 51.51],
  GBMNC: ['Manchester', -2.24, 53.48],
  GBSOU: ['Southampton', -1.43, 50.9],
  HKHKG: ['Hong Kong', 114.13, 22.34],
  IEDUB: ['Dublin', -6.21, 53.35],
  INBLR: ['Bengaluru', 77.59, 12.97],
  INNSA: ['Nhava Sheva', 72.95, 18.95],
  ITGOA: ['Genoa', 8.92, 44.4],
  JPNRT: ['Tokyo Narita', 140.39, 35.77],
  JPTYO: ['Tokyo', 139.78, 35.62],
  JPYOK: ['Yokohama', 139.65, 35.44],
  KRICN: ['Seoul Incheon', 126.45, 37.46],
  KRPUS: ['Busan', 129.06, 35.1],
  LKCMB: ['Colombo', 79.85, 6.95],
  MATNG: ['Tanger Med', -5.5, 35.88],
  MXLZC: ['Lazaro Cardenas', -102.17, 17.94],
  MYPKG: ['Port Klang', 101.36, 3.0],
  NLAMS: ['Amsterdam', 4.77, 52.31],
  NLRTM: ['Rotterdam', 4.05, 51.95],
  PAPTY: ['Panama', -79.55, 8.95],
  PLGDN: ['Gdansk', 18.69, 54.38],
  SEGOT: ['Gothenburg', 11.85, 57.69],
  SGSIN: ['Singapore', 103.84, 1.26],
  THLCH: ['Laem Chabang', 100.89, 13.08],
  TRIST: ['Istanbul', 28.98, 41.01],
  TWKHH: ['Kaohsiung', 120.29, 22.6],
  TWTPE: ['Taipei', 121.23, 25.08],
  USATL: ['Atlanta', -84.43, 33.64],
  USBAL: ['Baltimore', -76.57, 39.25],
  USBOS: ['Boston', -71.02, 42.36],
  USCHI: ['Chicago', -87.65, 41.85],
  USCHS: ['Charleston', -79.93, 32.78],
  USDET: ['Detroit', -83.05, 42.33],
  USEWR: ['Newark', -74.15, 40.69],
  USHOU: ['Houston', -95.27, 29.73],
  USLAX: ['Los Angeles', -118.26, 33.74],
  USLGB: ['Long Beach', -118.21, 33.75],
  USLRD: ['Laredo', -99.51, 27.51],
  USMIA: ['Miami', -80.17, 25.77],
  USNYC: ['New York', -74.04, 40.67],
  USOAK: ['Oakland', -122.32, 37.8],
  USORF: ['Norfolk', -76.33, 36.92],
  USSAV: ['Savannah', -81.14, 32.13],
  USSEA: ['Seattle', -122.35, 47.58],
  USSFO: ['San Francisco', -122.38, 37.62],
  VNHPH: ['Haiphong', 106.68, 20.86],
  VNSGN: ['Ho Chi Minh City', 106.76, 10.77],
  ZADUR: ['Durban', 31.03, -29.87],
};

/** The middle of a country's land, to a degree: where goods come from is often known no closer. */
const COUNTRIES: Record<string, Position> = {
  AE: [54, 24],
  AU: [134, -25],
  BD: [90, 24],
  BE: [5, 51],
  BR: [-53, -11],
  CA: [-98, 57],
  CH: [8, 47],
  CN: [104, 36],
  DE: [10, 51],
  ES: [-4, 40],
  FR: [2, 47],
  GB: [-2, 54],
  HK: [114, 22],
  ID: [118, -2],
  IE: [-8, 53],
  IN: [79, 22],
  IT: [12, 43],
  JP: [138, 37],
  KH: [105, 13],
  KR: [128, 36],
  LK: [81, 8],
  MX: [-102, 24],
  MY: [102, 4],
  NL: [5, 52],
  NO: [9, 61],
  PH: [122, 12],
  PK: [70, 30],
  PL: [19, 52],
  RU: [90, 61],
  SE: [15, 62],
  SG: [104, 1],
  TH: [101, 15],
  TR: [35, 39],
  TW: [121, 24],
  US: [-98, 39],
  VN: [106, 16],
  ZA: [25, -29],
};

const byName = new Map(Object.entries(PLACES).map(([code, [name]]) => [name.toLowerCase(), code]));

export interface Place {
  name: string;
  position: Position;
}

/** @param place a UN/LOCODE or the name of a town, its state after a comma. @returns null where the position is not known */
export function placeOf(place: string): Place | null {
  const [town = ''] = place.split(',');
  const found = PLACES[place.toUpperCase()] ?? PLACES[byName.get(town.trim().toLowerCase()) ?? ''];
  if (!found) return null;
  const [name, longitude, latitude] = found;
  return { name, position: [longitude, latitude] };
}

/** Where a country lies; null where that is not known. */
export const countryPosition = (country: string): Position | null => COUNTRIES[country] ?? null;

/** The meridian in the middle of the shortest arc that holds all of these, also across the date line. */
export function middleOf(longitudes: readonly number[]): number {
  const sorted = [...longitudes].sort((a, b) => a - b);
  const gaps = sorted.map((east, index) => {
    const west = index === 0 ? sorted.at(-1)! - 360 : sorted[index - 1]!;
    return { east, width: east - west };
  });
  const widest = gaps.reduce((most, gap) => (gap.width > most.width ? gap : most));
  return within(widest.east + (360 - widest.width) / 2);
}

/** The same meridian between -180 and 180. */
export const within = (longitude: number): number => ((((longitude + 180) % 360) + 360) % 360) - 180;

/** Degrees and minutes, as charts have them. */
export function coordinates([longitude, latitude]: Position): string {
  const part = (degrees: number, letters: string): string => {
    const minutes = Math.round(Math.abs(degrees) * 60);
    return `${Math.floor(minutes / 60)}° ${String(minutes % 60).padStart(2, '0')}′ ${letters[degrees < 0 ? 1 : 0]}`;
  };
  return `${part(latitude, 'NS')}, ${part(longitude, 'EW')}`;
}
