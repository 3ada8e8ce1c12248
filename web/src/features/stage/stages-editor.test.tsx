import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, it, vi } from 'vitest';
import { I18nProvider } from '@/lib/i18n';
import { gather } from '@/lib/translate';
import { Kit } from '@/parts/Kit';
import parts from '@/parts/locale/zh-CN.json';
import zh from './locale/zh-CN.json';
import { emptyStage, type StageRow, StagesEditor } from './stages-editor';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Editor() {
  const [stages, setStages] = useState<StageRow[]>(() => {
    const rows: StageRow[] = [];
    for (const name of ['甲', '乙', '丙']) rows.push(emptyStage(name, 'active', rows));
    return rows;
  });
  return <StagesEditor value={stages} onChange={setStages} />;
}

it('what is open in a stage stays open when another is taken away or they change places', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ groups: [], items: [] })));
  const user = userEvent.setup();
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts, stage: zh })} onSwitch={() => undefined}>
      <QueryClientProvider client={new QueryClient()}>
        <Kit dark={false}>
          <Editor />
        </Kit>
      </QueryClientProvider>
    </I18nProvider>,
  );
  const stage = (name: string) => within(screen.getByRole('region', { name }));
  const open = () =>
    screen
      .getAllByRole('region')
      .filter((one) => within(one).queryByRole('group', { name: '进入阶段时' }))
      .map((one) => one.getAttribute('aria-label'));
  await user.click(stage('乙').getByRole('button', { name: '设置「进入阶段时」的动作' }));
  expect(open()).toEqual(['乙']);
  await user.click(stage('甲').getByRole('button', { name: '删除阶段' }));
  expect(open()).toEqual(['乙']);
  await user.click(stage('乙').getByRole('button', { name: '下移' }));
  expect(open()).toEqual(['乙']);
  await user.click(screen.getByRole('button', { name: '添加阶段' }));
  expect(open()).toEqual(['乙']);
});
