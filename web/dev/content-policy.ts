import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Gives the built pages, when previewed, the content policy of the Go server
 * (internal/platform/web: no inline script, styles by nonce), so that what the
 * policy forbids is seen before it is released.
 */
export function contentPolicy(): Plugin {
  return {
    name: 'queqiao-content-policy',
    configurePreviewServer(server) {
      const dist = join(server.config.root, server.config.build.outDir);
      server.middlewares.use((req, res, next) => {
        const page = /^\/(admin|sidebar|h5)\.html$/.exec(req.url ?? '')?.[0];
        if (!page) return next();
        const nonce = randomBytes(16).toString('base64url');
        res.setHeader(
          'Content-Security-Policy',
          "default-src 'self'; img-src 'self' data: blob:; " +
            `style-src 'self' 'nonce-${nonce}'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
        );
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        const html = readFileSync(join(dist, page), 'utf8');
        res.end(html.replace('</head>', `<meta property="csp-nonce" nonce="${nonce}" /></head>`));
      });
    },
  };
}
