interface WorkerPolicy {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): WorkerPolicy;
}

const ours = (url: string): string => {
  const address = new URL(url, location.origin);
  if (address.origin !== location.origin || !/^\/(assets|src)\//.test(address.pathname))
    throw new TypeError(`${url} is no worker of this page`);
  return address.href;
};

const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('tidewaiter', {
  createScriptURL: ours,
});

/** The address of one of our own workers, as a page under Trusted Types may use it: `new Worker(workerUrl(url), { type: 'module' })`. */
export const workerUrl = (url: string): string => policy?.createScriptURL(url) ?? ours(url);
