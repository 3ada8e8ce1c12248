import type { Connect, Plugin } from 'vite';

/** Gives the development server the same addresses as the binary: / console, /sidebar, /h5/…. */
export function cleanUrls(): Plugin {
  const rewrite: Connect.NextHandleFunction = (req, _res, next) => {
    const path = (req.url ?? '/').split('?')[0] ?? '/';
    const asksForPage = req.method === 'GET' && (req.headers.accept ?? '').includes('text/html');
    if (asksForPage && !path.startsWith('/api/') && !path.endsWith('.html')) {
      if (path === '/sidebar' || path.startsWith('/sidebar/')) req.url = '/sidebar.html';
      else if (path === '/h5' || path.startsWith('/h5/')) req.url = '/h5.html';
      else if (path === '/gallery' || path.startsWith('/gallery/')) req.url = '/dev/gallery.html';
      else if (!path.startsWith('/@') && !path.includes('.')) req.url = '/admin.html';
    }
    next();
  };
  return {
    name: 'queqiao-clean-urls',
    configureServer: (server) => void server.middlewares.use(rewrite),
    configurePreviewServer: (server) => void server.middlewares.use(rewrite),
  };
}
