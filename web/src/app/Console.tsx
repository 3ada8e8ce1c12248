import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { signedOutEvent } from '@/api/client';
import { AppearanceContext, DarkContext, useAppearance } from '@/lib/appearance';
import { CustomerPartsContext } from '@/lib/customer-parts';
import { I18nProvider } from '@/lib/i18n';
import { Live, LiveContext } from '@/lib/live';
import { NowProvider } from '@/lib/now';
import { writePreference } from '@/lib/preference';
import type { Catalogue, Language } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import { customerParts } from './features';
import { loadCatalogue } from './languages';
import { makeQueryClient } from './query-client';
import { makeRouter, toSignIn } from './router';

/** The console: everything that all pages stand in. */
export function Console(props: { language: Language; catalogue: Catalogue }) {
  const [texts, setTexts] = useState(props);
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(client));
  const [live] = useState(() => new Live());
  const appearance = useAppearance();

  const switchTo = useCallback((language: Language) => {
    writePreference('language', language);
    void loadCatalogue(language).then((catalogue) => setTexts({ language, catalogue }));
  }, []);

  useEffect(() => live.watchVisibility(document), [live]);
  useEffect(() => {
    const leave = () => toSignIn(router, client);
    window.addEventListener(signedOutEvent, leave);
    return () => window.removeEventListener(signedOutEvent, leave);
  }, [router, client]);

  return (
    <I18nProvider language={texts.language} catalogue={texts.catalogue} onSwitch={switchTo}>
      <AppearanceContext value={appearance}>
        <DarkContext value={appearance.dark}>
          <NowProvider>
            <QueryClientProvider client={client}>
              <LiveContext value={live}>
                <CustomerPartsContext value={customerParts}>
                  <Kit dark={appearance.dark}>
                    <RouterProvider router={router} />
                  </Kit>
                </CustomerPartsContext>
              </LiveContext>
            </QueryClientProvider>
          </NowProvider>
        </DarkContext>
      </AppearanceContext>
    </I18nProvider>
  );
}
