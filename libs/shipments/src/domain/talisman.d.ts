declare module 'talisman/metrics/jaro-winkler.js' {
  /** Similarity of two texts, from 0 to 1. */
  export default function jaroWinkler(a: string, b: string): number;
}
