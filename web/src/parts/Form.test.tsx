import { createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { I18nProvider } from '@/lib/i18n';
import { gather } from '@/lib/translate';
import { Field, Form, placeErrors } from './Form';
import { TextInput } from './fields';
import { Kit } from './Kit';
import zh from './locale/zh-CN.json';

afterEach(cleanup);

function show(
  onSubmit: (values: { name: string }) => Promise<unknown>,
  more: { filled?: { name: string }; previews?: boolean; carriedOut?: boolean } = {},
) {
  const root = createRootRoute({
    component: () => (
      <Form<{ name: string }> initial={{ name: '' }} submitLabel="save" onSubmit={onSubmit} {...more}>
        <Field
          name="name"
          label="name"
          required
          max={5}
          check={(value: string) => (value === 'bad' ? 'not bad' : undefined)}
        >
          <TextInput />
        </Field>
      </Form>
    ),
  });
  render(
    <I18nProvider language="zh-CN" catalogue={gather({ parts: zh })} onSwitch={() => {}}>
      <Kit dark={false}>
        <RouterProvider router={createRouter({ routeTree: root })} />
      </Kit>
    </I18nProvider>,
  );
  return userEvent.setup();
}

describe('Form', () => {
  it('says what is unsaved: after saving nothing, after a preview the same as before', async () => {
    for (const previews of [false, true]) {
      const onSubmit = vi.fn(async () => {});
      const user = show(onSubmit, { previews });
      await user.type(await screen.findByLabelText('name'), 'good');
      expect(screen.getByText(zh.unsaved)).toBeDefined();
      await user.click(screen.getByRole('button', { name: 'save' }));
      await vi.waitFor(() => expect(onSubmit).toHaveBeenCalled());
      if (previews) expect(screen.getByText(zh.unsaved)).toBeDefined();
      else await vi.waitFor(() => expect(screen.queryByText(zh.unsaved)).toBeNull());
      cleanup();
    }
  });

  it('has nothing unsaved once what was previewed is carried out', async () => {
    const user = show(async () => {}, { previews: true, carriedOut: true });
    await user.type(await screen.findByLabelText('name'), 'good');
    expect(screen.queryByText(zh.unsaved)).toBeNull();
  });

  it('shows a proposal as unsaved from the first', async () => {
    show(async () => {}, { filled: { name: 'other' } });
    expect(await screen.findByDisplayValue('other')).toBeDefined();
    expect(screen.getByText(zh.unsaved)).toBeDefined();
  });

  it('checks while typing and does not send what is wrong', async () => {
    const onSubmit = vi.fn(async () => {});
    const user = show(onSubmit);
    const input = await screen.findByLabelText('name');
    await user.type(input, 'bad');
    expect(await screen.findByText('not bad')).toBeDefined();
    await user.type(input, 'better');
    expect(await screen.findByText('最多 5 个字')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'save' }));
    expect(onSubmit).not.toHaveBeenCalled();
    await user.clear(input);
    await user.type(input, 'good');
    await user.click(screen.getByRole('button', { name: 'save' }));
    await vi.waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ name: 'good' }));
  });

  it('shows the server’s field errors beside their fields, and the others above the buttons', async () => {
    const user = show(async () => {
      throw new Problem(422, {
        code: 'invalid',
        detail: 'look again',
        errors: [
          { field: 'name', message: 'taken' },
          { field: 'folder', message: 'gone' },
        ],
      });
    });
    await user.type(await screen.findByLabelText('name'), 'good');
    await user.click(screen.getByRole('button', { name: 'save' }));
    expect(await screen.findByText('taken')).toBeDefined();
    expect(screen.getByText('gone')).toBeDefined();
    expect(screen.getByText('有未保存的修改')).toBeDefined();
  });

  it('tells any other problem with its reference', async () => {
    const user = show(async () => {
      throw new Problem(500, { detail: 'broken', reference: '7F3K' });
    });
    await user.type(await screen.findByLabelText('name'), 'good');
    await user.click(screen.getByRole('button', { name: 'save' }));
    expect(await screen.findByText('7F3K')).toBeDefined();
  });
});

describe('placeErrors', () => {
  it('gives an error to the deepest field that holds its path', () => {
    const set = vi.fn();
    const form = {
      getFieldsError: () => [{ name: ['content'] }, { name: ['shifts', 0, 'members'] }, { name: ['name'] }],
      setFields: set,
    };
    const elsewhere = placeErrors(
      form,
      new Problem(422, {
        errors: [
          { field: 'content.attachments[0].url', message: 'a' },
          { field: 'shifts[0].members', message: 'b' },
          { field: 'shifts[1].members', message: 'c' },
        ],
      }),
    );
    expect(elsewhere).toEqual(['c']);
    expect(set).toHaveBeenCalledWith([
      { name: ['content'], errors: ['a'] },
      { name: ['shifts', 0, 'members'], errors: ['b'] },
    ]);
  });
});
