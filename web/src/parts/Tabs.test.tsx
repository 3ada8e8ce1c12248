import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { I18nProvider } from '@/lib/i18n';
import { parseSearch, stringifySearch } from '@/lib/search-params';
import { gather } from '@/lib/translate';
import { useUrlFilters } from '@/lib/url-filters';
import { Field, Form } from './Form';
import { TextInput } from './fields';
import { Kit } from './Kit';
import zh from './locale/zh-CN.json';
import { Tabs } from './Tabs';

beforeEach(() => window.history.replaceState(null, '', '/?q=left'));
afterEach(cleanup);

/** What a tab narrows its list by, under a key that the other has as well. */
function Narrowed({ name }: { name: string }) {
  const filters = useUrlFilters('q');
  return (
    <p>
      {name}: {filters.one('q') ?? 'all'}
    </p>
  );
}

function show(first: React.ReactNode, keep?: boolean) {
  const root = createRootRoute({
    component: () => (
      <Tabs
        keep={keep}
        items={[
          { key: 'one', label: 'One', content: first },
          { key: 'two', label: 'Two', content: <Narrowed name="two" /> },
        ]}
      />
    ),
  });
  const router = createRouter({ routeTree: root, parseSearch, stringifySearch });
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts: zh })} onSwitch={() => {}}>
      <Kit dark={false}>
        <RouterProvider router={router} />
      </Kit>
    </I18nProvider>,
  );
  return userEvent.setup();
}

describe('Tabs', () => {
  it('leave a tab with its filters, and come to the first without any word in the address', async () => {
    const user = show(<Narrowed name="one" />);
    await screen.findByText('one: left');
    await user.click(screen.getByRole('tab', { name: 'Two' }));
    await screen.findByText('two: all');
    expect(window.location.search).toBe('?tab=two');
    expect(screen.queryByText(/^one/)).toBeNull();
    await user.click(screen.getByRole('tab', { name: 'One' }));
    await screen.findByText('one: all');
    expect(window.location.search).toBe('');
  });

  it('keep both alive and the address whole where they are told to', async () => {
    const user = show(<textarea aria-label="note" />, true);
    await user.type(await screen.findByLabelText('note'), 'half written');
    await user.click(screen.getByRole('tab', { name: 'Two' }));
    await screen.findByText('two: left');
    await user.click(screen.getByRole('tab', { name: 'One' }));
    expect(screen.getByLabelText<HTMLTextAreaElement>('note').value).toBe('half written');
  });

  it('ask before what is unsaved in a form is left behind', async () => {
    const user = show(
      <Form<{ name: string }> initial={{ name: '' }} submitLabel="save" onSubmit={async () => {}}>
        <Field name="name" label="name">
          <TextInput />
        </Field>
      </Form>,
    );
    await user.type(await screen.findByLabelText('name'), 'new');
    await user.click(screen.getByRole('tab', { name: 'Two' }));
    const leave = await screen.findByRole('button', { name: zh['leave.action'] });
    expect(screen.getByLabelText<HTMLInputElement>('name').value).toBe('new');
    await user.click(leave);
    await screen.findByText('two: all');
  });
});
