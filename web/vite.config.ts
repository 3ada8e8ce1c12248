/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { cleanUrls } from './dev/clean-urls.ts';
import { compress } from './dev/compress.ts';
import { contentPolicy } from './dev/content-policy.ts';
import { mockApi } from './dev/mock/plugin.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const server = process.env.QUEQIAO_URL ?? 'http://127.0.0.1:8080';

/**
 * Two builds fill dist/: the console for desktop browsers, then ("pocket") the
 * sidebar and the customer pages for old web views. They are apart so that the
 * small pages get their own, older target and can never share a chunk with the
 * console.
 */
export default defineConfig(({ mode, command }) => {
  const pocket = mode === 'pocket';
  return {
    resolve: { alias: { '@': here('./src') } },
    plugins: [
      react(),
      cleanUrls(),
      contentPolicy(),
      ...(mode === 'mock' ? [mockApi()] : []),
      ...(command === 'build' ? [compress()] : []),
    ],
    server: {
      host: '127.0.0.1',
      port: 5173,
      proxy:
        mode === 'mock'
          ? undefined
          : Object.fromEntries(
              ['/api', '/callback', '/healthz', '/readyz', '/oauth'].map((path) => [
                path,
                { target: server, changeOrigin: false },
              ]),
            ),
    },
    build: {
      target: pocket ? 'es2015' : 'es2022',
      cssTarget: pocket ? 'chrome61' : undefined,
      emptyOutDir: !pocket,
      // Images stay files: a data: URL in CSS would need a wider content policy.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1200,
      reportCompressedSize: false,
      rolldownOptions: {
        input: pocket ? [here('./sidebar.html'), here('./h5.html')] : [here('./admin.html')],
        output: pocket
          ? {}
          : {
              codeSplitting: {
                groups: [
                  { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
                  { name: 'tanstack', test: /node_modules[\\/]@tanstack[\\/]/, priority: 2 },
                ],
              },
            },
      },
    },
    test: {
      environment: 'happy-dom',
      include: ['src/**/*.test.{ts,tsx}', 'dev/**/*.test.ts'],
      restoreMocks: true,
      setupFiles: ['dev/test-setup.ts'],
      testTimeout: 60_000,
    },
  };
});
