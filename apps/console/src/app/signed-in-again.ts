/** Tabs of this browser tell each other here that somebody has signed in anew. */
export const AGAIN_CHANNEL = 'tidewaiter.signed-in-again';
