import { checkFreshSignIn, FRESH_SECONDS } from './fresh-sign-in.js';

const now = 1_800_000_000;
const codeOf = (of: 'always' | 'when-approving' | undefined, body: unknown, signedIn: number | undefined): string => {
  try {
    checkFreshSignIn(of === undefined ? {} : { freshSignIn: of }, body, signedIn, now);
    return 'passes';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

it('lets an approval pass for five minutes after the sign-in and not a second longer', () => {
  expect(codeOf('when-approving', { approve: true }, now - FRESH_SECONDS)).toBe('passes');
  expect(codeOf('when-approving', { approve: true }, now - FRESH_SECONDS - 1)).toBe('identity.sign-in.too-old');
  expect(codeOf('always', { digest: 'x' }, now - FRESH_SECONDS - 1)).toBe('identity.sign-in.too-old');
});

it('asks neither programs nor whoever decides something else', () => {
  expect(codeOf('when-approving', { approve: true }, undefined)).toBe('passes');
  expect(codeOf('when-approving', { retry: true }, now - 9_000)).toBe('passes');
  expect(codeOf(undefined, { approve: true }, now - 9_000)).toBe('passes');
});
