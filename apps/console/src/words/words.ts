import { i18n, type Messages } from '@lingui/core';
import { compileMessage, type CompiledMessage } from '@lingui/message-utils/compileMessage';

/** Languages of the words. The pseudo-locales are English made strange, for finding what is not in the catalogue and what does not fit. */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr' },
  'en-XA': { name: 'Pseudo', dir: 'ltr' },
  'ar-XB': { name: 'Pseudo, right to left', dir: 'rtl' },
} as const;
export type Language = keyof typeof LANGUAGES;

const compiled = new Map<string, CompiledMessage>();

// English needs no catalogue, a message is its own key: each is read once and not at every drawing.
i18n.setMessagesCompiler((message) => {
  const known = compiled.get(message) ?? compileMessage(message);
  compiled.set(message, known);
  return known;
});
i18n.loadAndActivate({ locale: 'en', messages: {} });

/**
 * Speaks a language from now on, for the document too. Constants of a module hold words, so it is called before the first module that has
 * any is read.
 */
export async function speak(language: Language): Promise<void> {
  const { dir } = LANGUAGES[language];
  Object.assign(document.documentElement, { lang: language, dir });
  if (language === 'en') return;
  const [{ messages }, { pseudo }] = await Promise.all([import('./en.po'), import('./pseudo.js')]);
  i18n.loadAndActivate({
    locale: language,
    // Plurals and numbers of the pseudo-locales are those of English.
    locales: 'en',
    messages: Object.fromEntries(
      Object.entries<Messages[string]>(messages).map(([key, message]) => [key, pseudo(message, dir)]),
    ),
  });
}

export { i18n };
