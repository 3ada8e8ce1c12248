import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { I18nProvider } from '@/lib/i18n';
import { gather } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import parts from '@/parts/locale/zh-CN.json';
import { BulkDialog } from './bulk-dialog';
import type { Flow } from './data';
import zh from './locale/zh-CN.json';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('all of a stage go where the user says, never back to where they stand', async () => {
  const sent = vi.fn();
  vi.stubGlobal('fetch', async (request: Request) => {
    sent(await request.json());
    return Response.json({ id: '7', total: 3 });
  });
  const stages = ['待跟进', '跟进中', '已成交'].map((name, i) => ({ id: `${i + 1}`, name }));
  const flow = { id: '9', name: '销售流程', stages } as unknown as Flow;
  const root = createRootRoute({
    component: () => (
      <BulkDialog flow={flow} matching={{ stage: ['1'] }} count={3} onClose={() => undefined} />
    ),
  });
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts, stage: zh })} onSwitch={() => undefined}>
      <QueryClientProvider client={new QueryClient()}>
        <Kit dark={false}>
          <RouterProvider router={createRouter({ routeTree: root })} />
        </Kit>
      </QueryClientProvider>
    </I18nProvider>,
  );
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: zh['bulk.start'] }));
  expect(sent).not.toHaveBeenCalled();
  await user.click(screen.getByRole('combobox'));
  expect(await screen.findByTitle('已成交')).toBeDefined();
  expect(screen.queryByTitle('待跟进')).toBeNull();
  await user.click(screen.getByTitle('跟进中'));
  await user.click(screen.getByRole('button', { name: zh['bulk.start'] }));
  await vi.waitFor(() => expect(sent).toHaveBeenCalledWith({ stage: '2', matching: { stage: ['1'] } }));
});
