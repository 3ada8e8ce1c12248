/** Every part on real pages, for looking and for screenshots; development only, never built. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { loadCatalogue } from '@/app/languages';
import { makeQueryClient } from '@/app/query-client';
import { makeRouter } from '@/app/router';
import { AppearanceContext, DarkContext, useAppearance } from '@/lib/appearance';
import { I18nProvider } from '@/lib/i18n';
import { NowProvider } from '@/lib/now';
import { readPreference } from '@/lib/preference';
import { startLanguage } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import { galleryPages } from './gallery-pages';

const language = startLanguage(readPreference<string | null>('language', null));
const root = document.getElementById('root');
if (root) {
  void loadCatalogue(language).then((catalogue) =>
    createRoot(root).render(<Gallery catalogue={catalogue} />),
  );
}

function Gallery({ catalogue }: { catalogue: Record<string, string> }) {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(client, galleryPages));
  const appearance = useAppearance();
  return (
    <I18nProvider language={language} catalogue={catalogue} onSwitch={() => {}}>
      <AppearanceContext value={appearance}>
        <DarkContext value={appearance.dark}>
          <NowProvider>
            <QueryClientProvider client={client}>
              <Kit dark={appearance.dark}>
                <RouterProvider router={router} />
              </Kit>
            </QueryClientProvider>
          </NowProvider>
        </DarkContext>
      </AppearanceContext>
    </I18nProvider>
  );
}
