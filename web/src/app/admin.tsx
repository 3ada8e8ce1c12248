import { createRoot } from 'react-dom/client';
import { readPreference } from '@/lib/preference';
import { startLanguage } from '@/lib/translate';
import { giveStylesTheNonce } from '@/parts/style-nonce';
import { Console } from './Console';
import { loadCatalogue } from './languages';
import { reloadOnce } from './stale';

// After an update of the server, an old tab asks for scripts that no longer exist: load the new page instead.
window.addEventListener('vite:preloadError', reloadOnce);

giveStylesTheNonce(document);

const root = document.getElementById('root');
if (!root) throw new Error('admin.html lacks #root');
const language = startLanguage(readPreference<string | null>('language', null));
void loadCatalogue(language).then((catalogue) => {
  createRoot(root).render(<Console language={language} catalogue={catalogue} />);
});
